import { Button, Chip, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { type ArchitectureSummary, architecturesQuery } from "@/api";
import { ExperimentSection } from "@/features/experiments";
import { CardSkeletons, EmptyState, PageBar, SearchBox, usePageTitle } from "@/ui";
import { ArchitectureCard } from "./ArchitectureCard";
import styles from "./architectures.module.css";
import { findArchitectures, groupByFamily } from "./search";
import { useOpenArchitecture } from "./useOpenArchitecture";

/** Every ready-made network by family; words and family are in the address. */
export function Gallery() {
  const { t } = useTranslation("architectures");
  const [params, setParams] = useSearchParams();
  const { data: all, error, refetch } = useQuery(architecturesQuery);
  usePageTitle(t("title"));

  const set = (key: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value === "") next.delete(key);
    else next.set(key, value);
    setParams(next, { replace: true });
  };
  return (
    <section className={styles.root} aria-label={t("title")}>
      <PageBar>
        <h1>{t("title")}</h1>
        <SearchBox
          className={styles.filter ?? ""}
          label={t("filter")}
          text={params.get("q") ?? ""}
          onChange={(text) => set("q", text)}
        />
      </PageBar>
      {all !== undefined && (
        <Found
          all={all}
          words={params.get("q") ?? ""}
          family={params.get("family") ?? ""}
          onFamily={(family) => set("family", family)}
        />
      )}
      {all === undefined && error === null && <CardSkeletons />}
      {all === undefined && error !== null && (
        <EmptyState title={t("failed.list")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
    </section>
  );
}

interface FoundProps {
  all: readonly ArchitectureSummary[];
  words: string;
  family: string;
  onFamily: (family: string) => void;
}

function Found({ all, words, family, onFamily }: FoundProps) {
  const { t } = useTranslation("architectures");
  const { opening, open } = useOpenArchitecture();
  const titlesOf = (one: ArchitectureSummary) => `${t(`family.${one.family}`)}\n${t(`chapter.${one.chapter}`)}`;
  const matching = findArchitectures(all, words, titlesOf);
  const shown = family === "" ? matching : matching.filter((one) => one.family === family);
  return (
    <>
      <p className={styles.hint}>{t("hint")}</p>
      <Chip.Group value={family} onChange={(value) => onFamily(value as string)}>
        <Group gap={6} className={styles.families ?? ""} role="group" aria-label={t("families")}>
          <Chip size="xs" value="">
            {t("family.all")}
          </Chip>
          {[...groupByFamily(all).keys()].map((one) => (
            <Chip key={one} size="xs" value={one}>
              {t(`family.${one}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {words === "" && family === "" && <ExperimentSection />}
      {shown.length === 0 && <EmptyState title={t("noneFound.title")}>{t("noneFound.detail", { words })}</EmptyState>}
      {[...groupByFamily(shown)].map(([name, networks]) => (
        <section key={name} aria-labelledby={`family-${name}`}>
          <h2 id={`family-${name}`} className={styles.groupTitle}>
            {t(`family.${name}`)}
            <span className={styles.chapter}>
              {[...new Set(networks.map((one) => t(`chapter.${one.chapter}`)))]
                .filter((chapter) => chapter !== t(`family.${name}`))
                .join(" · ")}
            </span>
          </h2>
          <ul className={styles.cards}>
            {networks.map((one) => (
              <ArchitectureCard
                key={one.id}
                architecture={one}
                isOpening={opening === one.id}
                onOpen={(id) => void open(id)}
              />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
