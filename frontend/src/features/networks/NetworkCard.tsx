import { ActionIcon, Menu } from "@mantine/core";
import {
  IconCopy,
  IconDots,
  IconDownload,
  IconGitCommit,
  IconLink,
  IconPackageExport,
  IconTrash,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { NetworkSummary } from "@/api";
import { OutlinePicture } from "@/features/outline";
import { formatAgo, formatCount, formatDate, formatMetric } from "@/ui";
import styles from "./NetworkList.module.css";
import type { NetworkActions } from "./useNetworkActions";

/** The one number that says most about what its runs reached: an accuracy before a loss. */
function bestOf(best: NetworkSummary["best"]): string | null {
  const names = Object.keys(best ?? {});
  const name = names.find((candidate) => candidate === "val/Accuracy") ?? names[0];
  const value = name === undefined ? undefined : best?.[name];
  return name === undefined || value === undefined ? null : `${name} ${formatMetric(value)}`;
}

interface NetworkCardProps {
  network: NetworkSummary;
  actions: NetworkActions;
  onExport: (network: NetworkSummary) => void;
  onLink: (network: NetworkSummary) => void;
}

export function NetworkCard({ network, actions, onExport, onLink }: NetworkCardProps) {
  const { t } = useTranslation("networks");
  const best = bestOf(network.best);
  return (
    <li className={styles.card}>
      <OutlinePicture outline={network.outline} />
      <div className={styles.words}>
        <Link className={styles.name} to={`/networks/${network.id}`} title={network.name}>
          {network.name}
        </Link>
        <span className={styles.facts}>
          {t("nodes", { count: network.num_nodes, number: formatCount(network.num_nodes) })}
          {network.num_runs > 0 &&
            ` · ${t("runs", { count: network.num_runs, number: formatCount(network.num_runs) })}`}
          {" · "}
          <time dateTime={new Date(network.updated * 1000).toISOString()} title={formatDate(network.updated)}>
            {formatAgo(network.updated)}
          </time>
        </span>
        <span className={styles.facts}>{best ?? t("noRun")}</span>
      </div>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            className={styles.menu}
            variant="subtle"
            color="gray"
            aria-label={t("menu", { name: network.name })}
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => actions.duplicate(network)}>
            {t("duplicate")}
          </Menu.Item>
          <Menu.Item component={Link} to={`/networks/${network.id}/versions`} leftSection={<IconGitCommit size={16} />}>
            {t("versions")}
          </Menu.Item>
          <Menu.Item leftSection={<IconLink size={16} />} onClick={() => onLink(network)}>
            {t("link.menu")}
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => actions.exportFile(network)}>
            {t("export")}
          </Menu.Item>
          <Menu.Item leftSection={<IconPackageExport size={16} />} onClick={() => onExport(network)}>
            {t("exportWithRuns")}
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => actions.remove(network)}>
            {t("delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
