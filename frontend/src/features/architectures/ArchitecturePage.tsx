import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { type ArchitectureRead, architectureQuery, isApiProblem } from "@/api";
import { OutlinePicture } from "@/features/outline";
import { Crumb, EmptyState, LineSkeletons, PageBar, Sentence, usePageTitle, useSaid } from "@/ui";
import styles from "./architectures.module.css";
import { ExampleTable } from "./ExampleTable";
import { FactList } from "./FactList";
import { SweepTable } from "./SweepTable";
import { useOpenArchitecture } from "./useOpenArchitecture";

/** One ready-made network: its picture and those of its blocks, what to look at, its figures, what training needs. */
export function ArchitecturePage() {
  const { t } = useTranslation("architectures");
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery(architectureQuery(id));
  const said = useSaid();
  const title = data === undefined ? t("title") : (said(data.name) ?? id);
  usePageTitle(title);
  if (data !== undefined) return <Shown key={id} architecture={data} title={title} />;
  if (error === null) return <LineSkeletons lines={10} />;
  const isMissing = isApiProblem(error) && error.status === 404;
  return (
    <>
      <PageBar>
        <h1>{title}</h1>
      </PageBar>
      <EmptyState
        title={t(isMissing ? "missing.title" : "failed.read")}
        actions={
          isMissing ? (
            <Button component={Link} to="/architectures">
              {t("missing.back")}
            </Button>
          ) : (
            <Button onClick={() => refetch()}>{t("again")}</Button>
          )
        }
      >
        {isMissing ? t("missing.detail") : error.message}
      </EmptyState>
    </>
  );
}

function Shown({ architecture, title }: { architecture: ArchitectureRead; title: string }) {
  const { t } = useTranslation("architectures");
  const said = useSaid();
  const { opening, open } = useOpenArchitecture();
  return (
    <article className={styles.page} aria-label={title}>
      <PageBar>
        <Crumb to="/architectures">{t("title")}</Crumb>
        <h1 className={styles.titled}>{title}</h1>
        <div className={styles.grow} />
        <Button loading={opening !== null} onClick={() => void open(architecture.id)}>
          {t("open")}
        </Button>
      </PageBar>
      <div className={styles.pictures}>
        <OutlinePicture outline={architecture.outline} label={t("picture.network", { name: title })} />
        {Object.entries(architecture.block_outlines).map(([name, outline]) => (
          <figure key={name} className={styles.figure}>
            <figcaption className={styles.caption}>{t("picture.block", { name })}</figcaption>
            <OutlinePicture outline={outline} label={t("picture.block", { name })} />
          </figure>
        ))}
      </div>
      <div className={styles.story}>
        <p className={styles.lead}>
          <Sentence text={said(architecture.summary) ?? ""} />
        </p>
        <h2 className={styles.heading}>{t("look")}</h2>
        {(said(architecture.look) ?? []).map((sentence) => (
          <p key={sentence}>
            <Sentence text={sentence} />
          </p>
        ))}
        {architecture.example && <ExampleTable example={architecture.example} />}
        {architecture.sweep && <SweepTable sweep={architecture.sweep} />}
        <h2 className={styles.heading}>{t("figures")}</h2>
        <FactList architecture={architecture} />
        <h2 className={styles.heading}>{t("training")}</h2>
        <p>
          <Sentence text={said(architecture.data) ?? ""} />
        </p>
      </div>
    </article>
  );
}
