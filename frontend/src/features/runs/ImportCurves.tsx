import { Alert, Button, FileButton } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Sentence } from "@/ui";
import type { CurvesImport } from "./useCurvesImport";

/** Chooses files of curves; what is dropped anywhere on the page is taken too. */
export function ImportCurves({ curves }: { curves: CurvesImport }) {
  const { t } = useTranslation("desk");
  return (
    <FileButton
      multiple
      onChange={(files) => void curves.take(files)}
      inputProps={{ "aria-label": t("curves.button"), "data-testid": "curves-file" } as object}
    >
      {(props) => (
        <Button
          {...props}
          variant="default"
          loading={curves.isBusy}
          title={t("curves.hint")}
          leftSection={<IconUpload size={16} aria-hidden />}
        >
          {t("curves.button")}
        </Button>
      )}
    </FileButton>
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
