import { Button, FileButton, Group } from "@mantine/core";
import { IconDownload, IconFileImport } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import { ReasonedButton } from "@/ui";
import { DatasetState } from "./DatasetState";
import classes from "./data.module.css";
import { isBusy, useDownloadDataset } from "./queries";
import { SendingList } from "./SendingList";
import { importPath } from "./upload";
import { useSending } from "./useSending";

/** For a built-in that is not here yet: fetch it, or import its files from this computer. */
export function DatasetFetch({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const download = useDownloadDataset();
  const sending = useSending();
  const importFiles = async (files: File[]) => {
    for (const file of files) await sending.send(file, "PUT", importPath(dataset.id, file.name));
  };
  return (
    <div className={classes.fetch}>
      <DatasetState dataset={dataset} />
      <p className={classes.quiet}>{t("fetch.explain", { name: dataset.title })}</p>
      <Group gap="xs">
        <ReasonedButton
          leftSection={<IconDownload size={15} aria-hidden />}
          reason={isBusy(dataset) ? t("fetch.busy") : null}
          loading={download.isPending}
          onClick={() => download.mutate(dataset.id)}
          data-testid={`download-dataset-${dataset.id}`}
        >
          {dataset.state === "failed" ? t("fetch.downloadAgain") : t("fetch.download")}
        </ReasonedButton>
        <FileButton multiple onChange={(files) => void importFiles(files)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFileImport size={15} aria-hidden />}>
              {t("fetch.import")}
            </Button>
          )}
        </FileButton>
      </Group>
      <SendingList files={sending.files} onDismiss={sending.dismiss} />
    </div>
  );
}
