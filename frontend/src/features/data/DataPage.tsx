import { Button, FileButton } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { DatasetRead } from "@/api";
import { CardSkeletons, EmptyState, PageBar, usePageTitle } from "@/ui";
import { usePendingDeletions } from "@/ui/pendingDeletion";
import { DatasetCard } from "./DatasetCard";
import classes from "./data.module.css";
import { readDropped } from "./dropped";
import { datasetsQuery, uploadRulesQuery } from "./queries";
import { SendingList } from "./SendingList";
import { Unfinished } from "./Unfinished";
import { uploadPath } from "./upload";
import { useSending } from "./useSending";

/** All sets: built-in ones and uploaded ones; a file dropped anywhere is uploaded. */
export function DataPage() {
  const { t } = useTranslation("data");
  const navigate = useNavigate();
  const { data: datasets, error, refetch } = useQuery(datasetsQuery);
  const { data: rules } = useQuery(uploadRulesQuery);
  const pending = usePendingDeletions();
  const sending = useSending();
  const [isOver, setOver] = useState(false);
  usePageTitle(t("title"));

  const upload = async (files: File[]) => {
    let last: DatasetRead | null = null;
    for (const file of files) last = (await sending.send(file, "POST", uploadPath(file.name))) ?? last;
    if (last !== null && files.length === 1) await navigate(`/data/${last.id}`);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const { files, folders } = readDropped(event.dataTransfer);
    for (const name of folders) sending.refuse(name, t("upload.folder", { name }));
    void upload(files);
  };
  const there = datasets?.filter((dataset) => !pending.has(dataset.id)) ?? [];
  const groups = [
    { key: "uploaded", sets: there.filter((dataset) => !dataset.is_built_in) },
    { key: "builtIn", sets: there.filter((dataset) => dataset.is_built_in) },
  ] as const;

  return (
    <section
      className={isOver ? `${classes.page} ${classes.dropping}` : classes.page}
      aria-label={t("title")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={drop}
    >
      <PageBar>
        <h1>{t("title")}</h1>
        <div className={classes.grow} />
        <FileButton
          multiple
          {...(rules === undefined ? {} : { accept: rules.suffixes.join(",") })}
          onChange={(files) => void upload(files)}
          inputProps={{ "aria-label": t("upload.button") }}
        >
          {(props) => (
            <Button {...props} leftSection={<IconUpload size={16} aria-hidden />} data-testid="upload-dataset">
              {t("upload.button")}
            </Button>
          )}
        </FileButton>
      </PageBar>
      <p className={classes.hint}>{t("upload.hint")}</p>
      <SendingList files={sending.files} onDismiss={sending.dismiss} onGoOn={(file) => void upload([file])} />
      <Unfinished sending={new Set(sending.files.map(({ name }) => name))} onChoose={(file) => void upload([file])} />
      {datasets === undefined && error === null && <CardSkeletons />}
      {datasets === undefined && error !== null && (
        <EmptyState title={t("failed.list")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
      {groups.map(
        ({ key, sets }) =>
          sets.length > 0 && (
            <section key={key} aria-labelledby={`data-${key}`}>
              <h2 id={`data-${key}`} className={classes.groupTitle}>
                {t(`groups.${key}`)}
              </h2>
              <ul className={classes.cards}>
                {sets.map((dataset) => (
                  <DatasetCard key={dataset.id} dataset={dataset} />
                ))}
              </ul>
            </section>
          ),
      )}
    </section>
  );
}
