import { Button, FileButton, Group } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/api";
import { formatBytes, notifyError } from "@/ui";
import classes from "./data.module.css";
import { uploadsQuery } from "./queries";
import { discardUpload } from "./sendInParts";

/** Uploads that broke off before this page was opened: the same file, chosen again, goes on. */
export function Unfinished({ sending, onChoose }: { sending: ReadonlySet<string>; onChoose: (file: File) => void }) {
  const { t } = useTranslation("data");
  const client = useQueryClient();
  const { data: uploads = [] } = useQuery(uploadsQuery);
  const left = uploads.filter((upload) => !sending.has(upload.filename));
  if (left.length === 0) return null;
  const discard = async (id: string) => {
    try {
      await discardUpload(id);
    } catch (error) {
      notifyError(t("failed.discard"), error);
    }
    await client.invalidateQueries({ queryKey: keys.uploads });
  };
  return (
    <ul className={classes.sending} data-testid="unfinished-uploads">
      {left.map((upload) => (
        <li key={upload.id}>
          <div className={classes.sendingHead}>
            <b>{upload.filename}</b>
            <span className={classes.quiet}>
              {t("upload.unfinished", { done: formatBytes(upload.offset), all: formatBytes(upload.bytes) })}
            </span>
          </div>
          <Group gap="xs" mt="xs">
            <FileButton onChange={(file) => file && onChoose(file)}>
              {(props) => (
                <Button {...props} size="xs">
                  {t("upload.choose")}
                </Button>
              )}
            </FileButton>
            <Button size="xs" variant="default" onClick={() => void discard(upload.id)}>
              {t("upload.discard")}
            </Button>
          </Group>
        </li>
      ))}
    </ul>
  );
}
