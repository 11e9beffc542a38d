import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { architecturesQuery } from "@/api";
import { ArchitectureCard } from "./ArchitectureCard";
import styles from "./architectures.module.css";
import { useOpenArchitecture } from "./useOpenArchitecture";

/** A few ready-made networks for who has none yet. Where they cannot be had, nothing: the page says so elsewhere. */
export function Starters() {
  const { t } = useTranslation("architectures");
  const { data: all } = useQuery(architecturesQuery);
  const { opening, open } = useOpenArchitecture();
  const starters = all?.filter((one) => one.is_starter) ?? [];
  if (starters.length === 0) return null;
  return (
    <section className={styles.starters} aria-label={t("starters")}>
      <h3 className={styles.startersTitle}>{t("starters")}</h3>
      <ul className={styles.cards}>
        {starters.map((one) => (
          <ArchitectureCard
            key={one.id}
            architecture={one}
            isOpening={opening === one.id}
            onOpen={(id) => void open(id)}
          />
        ))}
      </ul>
      <Button component={Link} to="/architectures" variant="subtle" size="xs">
        {t("seeAll", { count: all?.length ?? 0 })}
      </Button>
    </section>
  );
}
