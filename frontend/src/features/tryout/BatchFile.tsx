import { Button, FileButton, Text } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sendForFile, type TrialRead } from "@/api";
import { downloadBlob } from "@/ui";
import classes from "./tryout.module.css";

/** A file of rows in, the same with the answers back. */
export function BatchFile({ trial }: { trial: TrialRead }) {
  const { t, i18n } = useTranslation("tryout");
  const [state, setState] = useState<{ isBusy: boolean; error: string | null; done: string | null }>({
    isBusy: false,
    error: null,
    done: null,
  });
  const reset = useRef<() => void>(null);
  const send = async (file: File | null) => {
    if (file === null) return;
    // A file that was mended is chosen again under its old name.
    reset.current?.();
    setState({ isBusy: true, error: null, done: null });
    try {
      const path = `/api/checkpoints/${trial.checkpoint_id}/predict-file?filename=${encodeURIComponent(file.name)}`;
      const name = `${file.name.replace(/\.[^.]*$/, "")}-predictions.csv`;
      downloadBlob(name, await sendForFile(path, file));
      setState({ isBusy: false, error: null, done: name });
    } catch (error) {
      setState({ isBusy: false, error: error instanceof Error ? error.message : String(error), done: null });
    }
  };
  return (
    <section className={classes.panel} aria-label={t("batch.title")} data-testid="batch">
      <h2 className={classes.heading}>{t("batch.title")}</h2>
      <p className={classes.quiet}>
        {t("batch.hint", {
          columns:
            trial.text?.column ??
            named(trial.fields?.map((field) => field.name) ?? [], (count) => t("batch.more", { count }), i18n.language),
        })}
      </p>
      <FileButton resetRef={reset} accept=".csv,.tsv,.txt,text/csv" onChange={(file) => void send(file)}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            size="xs"
            loading={state.isBusy}
            leftSection={<IconFileUpload size={15} aria-hidden />}
          >
            {t("batch.choose")}
          </Button>
        )}
      </FileButton>
      <div aria-live="polite">
        {state.error !== null && <p className={classes.error}>{state.error}</p>}
        {state.done !== null && (
          <Text size="sm" mt="xs" data-testid="batch-done">
            {t("batch.done", { name: state.done })}
          </Text>
        )}
      </div>
    </section>
  );
}

/** So many names are read at a glance. */
const MAX_NAMES = 30;

/** `a, b and c`, of a wide table `a, b, … and 70 more`. */
function named(names: readonly string[], more: (count: number) => string, language: string): string {
  const shown = names.length <= MAX_NAMES ? names : [...names.slice(0, MAX_NAMES), more(names.length - MAX_NAMES)];
  return new Intl.ListFormat(language).format(shown);
}
