import { Button, FileButton } from "@mantine/core";
import { IconBooks, IconFileImport, IconPlus, IconSchema } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { type NetworkSummary, networksQuery } from "@/api";
import { Starters } from "@/features/architectures";
import { CardSkeletons, EmptyState, PageBar, SearchBox, usePageTitle } from "@/ui";
import { NetworkCard } from "./NetworkCard";
import styles from "./NetworkList.module.css";
import { useFileDrop } from "./useFileDrop";
import { type NetworkActions, useNetworkActions } from "./useNetworkActions";

const CARDS_AT_ONCE = 60;

export function NetworkList() {
  const { t } = useTranslation("networks");
  const actions = useNetworkActions();
  const drop = useFileDrop(actions.importFile);
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
        {networks !== undefined && networks.length > 0 && <Actions actions={actions} />}
      </PageBar>
      {networks !== undefined && <Cards networks={networks} actions={actions} />}
      {networks === undefined && error === null && <CardSkeletons />}
      {networks === undefined && error !== null && (
        <EmptyState title={t("failed.list")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
    </section>
  );
}

function Actions({ actions }: { actions: NetworkActions }) {
  const { t } = useTranslation("networks");
  return (
    <>
      <Button component={Link} to="/architectures" variant="default" leftSection={<IconBooks size={16} aria-hidden />}>
        {t("fromArchitecture")}
      </Button>
      <FileButton accept="application/json,.json" onChange={(file) => file !== null && actions.importFile(file)}>
        {(props) => (
          <Button {...props} variant="default" leftSection={<IconFileImport size={16} aria-hidden />}>
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

function Cards({ networks, actions }: { networks: NetworkSummary[]; actions: NetworkActions }) {
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
          actions={<Actions actions={actions} />}
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
          <NetworkCard key={network.id} network={network} actions={actions} />
        ))}
      </ul>
      {found.length > limit && (
        <div className={styles.more}>
          <Button variant="default" onClick={() => setLimit(limit + CARDS_AT_ONCE)}>
            {t("more", { count: Math.min(CARDS_AT_ONCE, found.length - limit), left: found.length - limit })}
          </Button>
        </div>
      )}
    </>
  );
}
