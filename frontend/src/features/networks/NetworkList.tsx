import { Button, FileButton } from "@mantine/core";
import {
  IconBooks,
  IconFileImport,
  IconMap2,
  IconPackageExport,
  IconPlus,
  IconSchema,
  IconTrash,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { loadPart, type NetworkSummary, networksQuery } from "@/api";
import { Starters } from "@/features/architectures";
import { TourOffer, useTour } from "@/features/tour";
import { CardSkeletons, EmptyState, PageBar, SearchBox, usePageTitle } from "@/ui";
import { NetworkCard } from "./NetworkCard";
import styles from "./NetworkList.module.css";
import { useFileDrop } from "./useFileDrop";
import { type NetworkActions, useNetworkActions } from "./useNetworkActions";

const CARDS_AT_ONCE = 60;
const ACCEPT = "application/json,.json,.onnx,.pt2,.safetensors,.pt,.pth,.bin,.ckpt,.zip";

/** Comes when the first such file does. */
const ImportDialog = lazy(() => loadPart(async () => ({ default: (await import("@/features/imports")).ImportDialog })));

const WorkspaceImportDialog = lazy(() =>
  loadPart(async () => ({ default: (await import("@/features/workspace")).WorkspaceImportDialog })),
);
const LinkDialog = lazy(() => loadPart(async () => ({ default: (await import("@/features/links")).LinkDialog })));
const ExportDialog = lazy(() =>
  loadPart(async () => ({ default: (await import("@/features/workspace")).ExportDialog })),
);

function isWorkspace(file: File): boolean {
  return file.name.toLowerCase().endsWith(".zip");
}

export function NetworkList() {
  const { t } = useTranslation("networks");
  const actions = useNetworkActions();
  const tour = useTour();
  const [foreign, setForeign] = useState<File | null>(null);
  const [linked, setLinked] = useState<NetworkSummary | null>(null);
  const [exported, setExported] = useState<{ network?: NetworkSummary } | null>(null);
  const drop = useFileDrop(setForeign);
  const { data: networks, error, refetch } = useQuery(networksQuery);
  usePageTitle(t("title"));

  return (
    <section
      className={`${styles.root} ${drop.isOver ? styles.dropping : ""}`}
      {...drop.handlers}
      aria-label={t("title")}
    >
      <PageBar>
        <h1>{t("title")}</h1>
        {networks !== undefined && networks.length > 0 && <Filter />}
        <div className={styles.grow} />
        {networks !== undefined && networks.length > 0 && <Actions actions={actions} onFile={setForeign} />}
      </PageBar>
      {networks !== undefined && <TourOffer hasExample={networks.some((network) => network.is_example)} />}
      {networks !== undefined && (
        <Cards
          networks={networks}
          actions={actions}
          onFile={setForeign}
          onExport={(network) => setExported({ network })}
          onLink={setLinked}
        />
      )}
      {networks !== undefined && (
        <div className={styles.foot}>
          <Link to="/networks/deleted" className={styles.trash}>
            <IconTrash size={15} stroke={1.6} aria-hidden />
            {t("trash.link")}
          </Link>
          <button type="button" className={styles.trash} onClick={() => setExported({})}>
            <IconPackageExport size={15} stroke={1.6} aria-hidden />
            {t("exportAll")}
          </button>
          <button type="button" className={styles.trash} onClick={() => void tour.begin()}>
            <IconMap2 size={15} stroke={1.6} aria-hidden />
            {t("tour:take")}
          </button>
        </div>
      )}
      {networks === undefined && error === null && <CardSkeletons />}
      {networks === undefined && error !== null && (
        <EmptyState title={t("failed.list")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
      {exported !== null && (
        <Suspense>
          <ExportDialog network={exported.network} onClose={() => setExported(null)} />
        </Suspense>
      )}
      {linked !== null && (
        <Suspense>
          <LinkDialog id={linked.id} name={linked.name} onClose={() => setLinked(null)} />
        </Suspense>
      )}
      {foreign !== null && (
        <Suspense>
          {isWorkspace(foreign) ? (
            <WorkspaceImportDialog file={foreign} onClose={() => setForeign(null)} />
          ) : (
            <ImportDialog file={foreign} onClose={() => setForeign(null)} />
          )}
        </Suspense>
      )}
    </section>
  );
}

interface ActionsProps {
  actions: NetworkActions;
  onFile: (file: File) => void;
}

function Actions({ actions, onFile }: ActionsProps) {
  const { t } = useTranslation("networks");
  const reset = useRef<() => void>(null);
  const take = (file: File | null) => {
    if (file !== null) onFile(file);
    reset.current?.(); // the same file can be chosen again
  };
  return (
    <>
      <Button
        component={Link}
        to="/architectures"
        className={styles.fromGallery ?? ""}
        variant="default"
        leftSection={<IconBooks size={16} aria-hidden />}
      >
        {t("fromArchitecture")}
      </Button>
      <FileButton accept={ACCEPT} resetRef={reset} onChange={take}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            title={t("importHint")}
            leftSection={<IconFileImport size={16} aria-hidden />}
          >
            {t("import")}
          </Button>
        )}
      </FileButton>
      <Button onClick={actions.createNew} loading={actions.isCreating} leftSection={<IconPlus size={16} aria-hidden />}>
        {t("new")}
      </Button>
    </>
  );
}

/** The filter is in the address, so that Back and a shared link keep it. */
function Filter() {
  const { t } = useTranslation("networks");
  const [params, setParams] = useSearchParams();
  return (
    <SearchBox
      className={styles.filter ?? ""}
      label={t("filter")}
      text={params.get("q") ?? ""}
      onChange={(text) => setParams(text === "" ? {} : { q: text }, { replace: true })}
    />
  );
}

interface CardsProps extends ActionsProps {
  networks: NetworkSummary[];
  onExport: (network: NetworkSummary) => void;
  onLink: (network: NetworkSummary) => void;
}

function Cards({ networks, actions, onFile, onExport, onLink }: CardsProps) {
  const { t } = useTranslation("networks");
  const [params] = useSearchParams();
  const [limit, setLimit] = useState(CARDS_AT_ONCE);
  const words = (params.get("q") ?? "").trim().toLowerCase();
  const found = words === "" ? networks : networks.filter(({ name }) => name.toLowerCase().includes(words));

  if (networks.length === 0) {
    return (
      <>
        <EmptyState
          icon={<IconSchema size={36} stroke={1.3} />}
          title={t("empty.title")}
          actions={<Actions actions={actions} onFile={onFile} />}
        >
          {t("empty.detail")}
        </EmptyState>
        <Starters />
      </>
    );
  }
  if (found.length === 0)
    return <EmptyState title={t("noneFound.title")}>{t("noneFound.detail", { words })}</EmptyState>;
  return (
    <>
      <ul className={styles.cards}>
        {found.slice(0, limit).map((network) => (
          <NetworkCard key={network.id} network={network} actions={actions} onExport={onExport} onLink={onLink} />
        ))}
      </ul>
      {found.length > limit && (
        <div className={styles.more}>
          <Button variant="default" onClick={() => setLimit(limit + CARDS_AT_ONCE)}>
            {t("more", { count: Math.min(CARDS_AT_ONCE, found.length - limit), left: found.length - limit })}
          </Button>
        </div>
      )}
      {networks.every((network) => network.is_example) && (
        <div className={styles.starters}>
          <Starters />
        </div>
      )}
    </>
  );
}
