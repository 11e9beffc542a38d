import { Alert, Button, FileButton, Group, Progress } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { formatPercent, Sentence } from "@/ui";
import type { CurvesImport } from "./useCurvesImport";

/** Chooses files of curves; what is dropped anywhere on the page is taken too. */
export function ImportCurves({ curves }: { curves: CurvesImport }) {
  const { t } = useTranslation("desk");
  const reset = useRef<() => void>(null);
  return (
    <FileButton
      multiple
      resetRef={reset}
      onChange={(files) => {
        void curves.take(files);
        // A file that was called off or mended can be chosen again: the browser tells of another choice only.
        reset.current?.();
      }}
      inputProps={{ "aria-label": t("curves.button"), "data-testid": "curves-file" } as object}
    >
      {(props) => (
        <Button
          {...props}
          variant="default"
          loading={curves.busy !== null}
          title={t("curves.hint")}
          leftSection={<IconUpload size={16} aria-hidden />}
        >
          {t("curves.button")}
        </Button>
      )}
    </FileButton>
  );
}

/** How far the import is, and the way to call it off. */
export function CurveProgress({ curves }: { curves: CurvesImport }) {
  const { t } = useTranslation("desk");
  if (curves.busy === null) return null;
  const { file, share } = curves.busy;
  return (
    <Alert color="gray" mb="md" data-testid="curves-progress">
      <Group justify="space-between" wrap="nowrap">
        <span role="status">
          {share < 1 ? t("curves.sending", { file, percent: formatPercent(share) }) : t("curves.reading", { file })}
        </span>
        <Button variant="default" size="compact-sm" onClick={curves.cancel}>
          {t("curves.cancel")}
        </Button>
      </Group>
      <Progress mt={6} size="sm" value={share * 100} animated={share === 1} aria-label={t("curves.progress")} />
    </Alert>
  );
}

export function CurveFaults({ curves }: { curves: CurvesImport }) {
  const { t } = useTranslation("desk");
  if (curves.faults.length === 0) return null;
  return (
    <Alert
      color="red"
      mb="md"
      role="alert"
      title={t("curves.failed")}
      withCloseButton
      closeButtonLabel={t("curves.dismiss")}
      onClose={curves.dismiss}
      data-testid="curves-faults"
    >
      {curves.faults.map(({ file, message }) => (
        <p key={file}>
          <Sentence text={message} />
        </p>
      ))}
    </Alert>
  );
}
