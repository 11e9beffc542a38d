import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type DeletedNetwork, deletedNetworksQuery, sentenceOf, useRestoreNetwork } from "@/api";
import { OutlinePicture } from "@/features/outline";
import {
  CardSkeletons,
  Crumb,
  EmptyState,
  formatAgo,
  formatDate,
  notifyDone,
  notifyError,
  PageBar,
  usePageTitle,
} from "@/ui";
import styles from "./NetworkList.module.css";

/** The trash: what was deleted, until it is gone for good. */
export function DeletedNetworks() {
  const { t } = useTranslation("networks");
  const { data: networks, error, refetch } = useQuery(deletedNetworksQuery);
  usePageTitle(t("trash.title"));
  return (
    <section className={styles.root} aria-label={t("trash.title")}>
      <PageBar>
        <Crumb to="/networks">{t("title")}</Crumb>
        <h1>{t("trash.title")}</h1>
      </PageBar>
      {networks === undefined && error === null && <CardSkeletons />}
      {networks === undefined && error !== null && (
        <EmptyState title={t("failed.list")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {sentenceOf(error)}
        </EmptyState>
      )}
      {networks?.length === 0 && (
        <EmptyState icon={<IconTrash size={36} stroke={1.3} />} title={t("trash.empty")}>
          {t("trash.emptyDetail")}
        </EmptyState>
      )}
      {networks !== undefined && networks.length > 0 && (
        <ul className={styles.cards}>
          {networks.map((network) => (
            <DeletedCard key={network.id} network={network} />
          ))}
        </ul>
      )}
    </section>
  );
}

function DeletedCard({ network }: { network: DeletedNetwork }) {
  const { t } = useTranslation("networks");
  const restore = useRestoreNetwork();
  const bringBack = () =>
    restore.mutate(network.id, {
      onSuccess: () => notifyDone(t("trash.restored", { name: network.name })),
      onError: (error) => notifyError(t("failed.restore"), sentenceOf(error)),
    });
  return (
    <li className={styles.card}>
      <OutlinePicture outline={network.outline} />
      <div className={styles.words}>
        <span className={styles.name} title={network.name}>
          {network.name}
        </span>
        <span className={styles.facts} title={formatDate(network.deleted)}>
          {t("trash.deleted", { when: formatAgo(network.deleted) })}
        </span>
        <span className={styles.ends}>{t("trash.ends", { when: formatDate(network.ends) })}</span>
      </div>
      <Button
        variant="default"
        size="compact-sm"
        className={styles.restore ?? ""}
        loading={restore.isPending}
        onClick={bringBack}
        aria-label={t("trash.restoreName", { name: network.name })}
      >
        {t("trash.restore")}
      </Button>
    </li>
  );
}
