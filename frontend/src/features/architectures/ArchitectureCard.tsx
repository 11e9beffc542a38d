import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArchitectureSummary } from "@/api";
import { OutlinePicture } from "@/features/outline";
import { formatCount, formatExact, formatMacs, formatShape, useSaid } from "@/ui";
import styles from "./architectures.module.css";

interface ArchitectureCardProps {
  architecture: ArchitectureSummary;
  isOpening: boolean;
  onOpen: (id: string) => void;
}

/** Picture, name, one sentence and the figures; the card leads to the page of its own, the button opens it at once. */
export function ArchitectureCard({ architecture, isOpening, onOpen }: ArchitectureCardProps) {
  const { t } = useTranslation("architectures");
  const said = useSaid();
  const name = said(architecture.name);
  return (
    <li className={styles.card} data-testid={`architecture-${architecture.id}`}>
      <OutlinePicture outline={architecture.outline} />
      <div className={styles.words}>
        <Link className={styles.name} to={`/architectures/${architecture.id}`}>
          {name}
        </Link>
        <p className={styles.summary}>{said(architecture.summary)}</p>
        <p className={styles.facts}>
          <span title={formatExact(architecture.parameters)}>
            {t("parameters", { number: formatCount(architecture.parameters) })}
          </span>
          {" · "}
          <span title={formatExact(architecture.macs, "MAC")}>{formatMacs(architecture.macs)}</span>
          <br />
          <span>
            {Object.values(architecture.inputs)
              .map((shape) => formatShape([null, ...shape]))
              .join(", ")}
          </span>
          <br />
          <span title={architecture.paper.citation} lang="en">
            {architecture.paper.year}
          </span>
          {" · "}
          <span>{t(`task.${architecture.task}`)}</span>
        </p>
        <Button
          className={styles.open ?? ""}
          size="compact-xs"
          variant="light"
          loading={isOpening}
          onClick={() => onOpen(architecture.id)}
          aria-label={t("openNamed", { name })}
        >
          {t("open")}
        </Button>
      </div>
    </li>
  );
}
