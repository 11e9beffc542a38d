import { Button, CloseButton, Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isApiProblem } from "@/api";
import { formatBytes, formatPercent, Sentence } from "@/ui";
import classes from "./data.module.css";
import type { Sending } from "./useSending";

interface SendingListProps {
  files: readonly Sending[];
  onDismiss: (key: number) => void;
  /** Sends the rest of a file that broke off. */
  onGoOn?: (file: File) => void;
}

/** Files on their way with how far they are; what failed says where and why. */
export function SendingList({ files, onDismiss, onGoOn }: SendingListProps) {
  const { t } = useTranslation("data");
  if (files.length === 0) return null;
  return (
    <ul className={classes.sending} aria-live="polite" data-testid="uploads">
      {files.map((file) => (
        <li key={file.key} data-failed={file.error !== null || undefined}>
          <div className={classes.sendingHead}>
            <b>{file.name}</b>
            {file.bytes !== null && <span className={classes.quiet}>{formatBytes(file.bytes)}</span>}
            {file.error === null && (
              <span className={classes.quiet}>{file.share < 1 ? formatPercent(file.share) : t("upload.reading")}</span>
            )}
            <CloseButton
              size="sm"
              aria-label={t(file.error === null ? "upload.cancel" : "upload.dismiss", { name: file.name })}
              onClick={() => onDismiss(file.key)}
            />
          </div>
          {file.error === null ? (
            <Progress
              size="sm"
              value={file.share * 100}
              animated={file.share >= 1}
              aria-label={t("upload.progress", { name: file.name })}
            />
          ) : (
            <>
              <UploadError error={file.error} />
              {file.rest !== null && onGoOn !== undefined && (
                <GoOn
                  name={file.name}
                  onClick={() => {
                    onDismiss(file.key);
                    if (file.rest !== null) onGoOn(file.rest);
                  }}
                />
              )}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What has arrived stays on the server for a day. */
function GoOn({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useTranslation("data");
  return (
    <div className={classes.sendingHead}>
      <Button size="xs" onClick={onClick} aria-label={t("upload.goOnWith", { name })}>
        {t("upload.goOn")}
      </Button>
      <span className={classes.quiet}>{t("upload.kept")}</span>
    </div>
  );
}

/** Sentences of a refused file; the list of problems where there is one. */
function UploadError({ error }: { error: Error }) {
  const problems = isApiProblem(error) ? error.problems : [];
  const sentences = problems.length > 0 ? problems.map((problem) => problem.message) : [error.message];
  return (
    <div role="alert" className={classes.error}>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <Sentence text={sentence} />
        </p>
      ))}
    </div>
  );
}
