import { Button, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { isApiProblem, layersQuery, type NetworkRead, type RevisionRead, sentenceOf, useCreateNetwork } from "@/api";
import { normalizeDocument } from "@/document";
import { NetworkDifferences } from "@/features/networkDiff";
import {
  Crumb,
  EmptyState,
  formatDate,
  LineSkeletons,
  notifyDone,
  notifyError,
  PageBar,
  ReasonedButton,
  usePageTitle,
  withParams,
} from "@/ui";
import { useRestoreVersion, versionQuery, versionsQuery } from "./queries";
import { VersionList } from "./VersionList";
import styles from "./versions.module.css";

/** The saved states of a network: looked at, compared, named, restored. */
export function VersionsPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("versions");
  const { data: versions, error, refetch } = useQuery(versionsQuery(id));
  usePageTitle(t("title"));
  if (versions !== undefined) return <Loaded key={id} id={id} versions={versions} />;
  if (error === null) return <LineSkeletons lines={8} />;
  const isMissing = isApiProblem(error) && error.status === 404;
  return (
    <EmptyState
      title={isMissing ? t("missing") : t("failed.list")}
      actions={
        isMissing ? (
          <Button component={Link} to="/networks">
            {t("toNetworks")}
          </Button>
        ) : (
          <Button onClick={() => refetch()}>{t("again")}</Button>
        )
      }
    >
      {isMissing ? t("missingDetail") : sentenceOf(error)}
    </EmptyState>
  );
}

/** What a version is compared with: the one that stands now, the one before it, or any other. */
type Other = "newest" | "before" | "other";

interface LoadedProps {
  id: string;
  versions: readonly RevisionRead[];
}

function Loaded({ id, versions }: LoadedProps) {
  const { t } = useTranslation("versions");
  const [params, setParams] = useSearchParams();
  const newest = versions[0];
  const wanted = Number(params.get("version"));
  const chosen = versions.find(({ revision }) => revision === wanted) ?? versions[1] ?? newest;
  if (newest === undefined || chosen === undefined) return <EmptyState title={t("none")} />;
  const earlier = versions[versions.indexOf(chosen) + 1];
  const others = versions.filter((version) => version !== chosen);
  const second = others.find(({ revision }) => revision === Number(params.get("with")));
  const standard: Other = params.get("with") === "before" || chosen === newest ? "before" : "newest";
  const other: Other = second ? "other" : standard;
  const pair = {
    newest: [chosen, newest],
    before: [earlier, chosen],
    other: inOrder(chosen, second ?? chosen),
  } as const;
  const [before, after] = pair[other];
  const set = (name: string, value: string) => setParams((old) => withParams(old, { [name]: value }));
  return (
    <div className={styles.page}>
      <PageBar>
        <Crumb to={`/networks/${id}`}>{newest.name}</Crumb>
        <h1>{t("title")}</h1>
      </PageBar>
      <VersionList
        id={id}
        versions={versions}
        chosen={chosen.revision}
        compared={second?.revision ?? null}
        onChoose={(revision) => set("version", String(revision))}
        onCompare={(revision) => set("with", String(revision))}
      />
      <section className={styles.detail} aria-label={t("detail")}>
        <Heading id={id} chosen={chosen} newest={newest} />
        <div className={styles.compare}>
          <SegmentedControl
            size="xs"
            aria-label={t("compare.label")}
            value={other}
            onChange={(value) => set("with", value === "other" ? String(others[0]?.revision) : value)}
            data={[
              { value: "newest", label: t("compare.newest"), disabled: chosen === newest },
              { value: "before", label: t("compare.before") },
              { value: "other", label: t("compare.other"), disabled: others.length === 0 },
            ]}
          />
          {second && (
            <Select
              size="xs"
              aria-label={t("compare.choose")}
              className={styles.second ?? ""}
              data={others.map((version) => ({ value: String(version.revision), label: nameOf(version) }))}
              value={String(second.revision)}
              onChange={(value) => value !== null && set("with", value)}
              allowDeselect={false}
              searchable
            />
          )}
        </div>
        <Comparison id={id} before={before} after={after} />
      </section>
    </div>
  );
}

/** The earlier one first: what is compared is what became of it. */
function inOrder(one: RevisionRead, other: RevisionRead): readonly [RevisionRead, RevisionRead] {
  return one.revision < other.revision ? [one, other] : [other, one];
}

const nameOf = ({ label, created }: RevisionRead) => label ?? formatDate(created);

function Heading({ id, chosen, newest }: { id: string; chosen: RevisionRead; newest: RevisionRead }) {
  const { t } = useTranslation("versions");
  const navigate = useNavigate();
  const { data } = useQuery(versionQuery(id, chosen.revision));
  const restore = useRestoreVersion(id);
  const create = useCreateNetwork();
  const when = formatDate(chosen.created);

  async function act(failed: string, work: () => Promise<NetworkRead>, done: string): Promise<void> {
    try {
      const network = await work();
      notifyDone(done);
      await navigate(`/networks/${network.id}`);
    } catch (error) {
      notifyError(failed, sentenceOf(error));
    }
  }

  const reason = chosen === newest ? t("reason.newest") : data === undefined ? t("reason.loading") : null;
  return (
    <div className={styles.heading}>
      <h2>{chosen.label ?? when}</h2>
      {chosen.label !== null && <span className={styles.quiet}>{when}</span>}
      <div className={styles.grow} />
      <ReasonedButton
        variant="default"
        reason={data === undefined ? t("reason.loading") : null}
        loading={create.isPending}
        onClick={() =>
          data &&
          act(
            t("failed.copy"),
            () =>
              create.mutateAsync({ ...data.document, name: t("copyName", { name: chosen.name, when }).slice(0, 200) }),
            t("copied"),
          )
        }
      >
        {t("openCopy")}
      </ReasonedButton>
      <ReasonedButton
        reason={reason}
        loading={restore.isPending}
        onClick={() =>
          data &&
          act(
            t("failed.restore"),
            () => restore.mutateAsync({ document: data.document, newest: newest.revision }),
            t("restored", { when }),
          )
        }
      >
        {t("restore")}
      </ReasonedButton>
    </div>
  );
}

function Comparison({ id, before, after }: { id: string; before: RevisionRead | undefined; after: RevisionRead }) {
  const { t } = useTranslation("versions");
  const layers = useQuery(layersQuery);
  const now = useQuery(versionQuery(id, after.revision));
  const old = useQuery({ ...versionQuery(id, before?.revision ?? after.revision), enabled: before !== undefined });
  const [from, to] = useMemo(
    () => [old.data, now.data].map((read) => (read === undefined ? null : normalizeDocument(read.document))),
    [old.data, now.data],
  );
  const error = layers.error ?? now.error ?? old.error;
  if (before === undefined) return <p className={styles.quiet}>{t("first")}</p>;
  if (error !== null) return <EmptyState title={t("failed.read")}>{sentenceOf(error)}</EmptyState>;
  if (!layers.data || !from || !to) return <LineSkeletons lines={6} />;
  return <NetworkDifferences before={from} after={to} layers={layers.data} />;
}
