import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, type CheckpointRead, type RunRead, sentenceOf, unwrap, useCreateNetwork } from "@/api";
import { notifyError, ReasonedButton } from "@/ui";

const MAX_NAME_LENGTH = 200;

/** Opens the run's network as a new one that begins with this checkpoint's weights: to change the head and keep the rest. */
export function ContinueButton({ checkpoint, kind }: { checkpoint: CheckpointRead; kind: string }) {
  const { t } = useTranslation("runs");
  const navigate = useNavigate();
  const create = useCreateNetwork();
  const [isBusy, setBusy] = useState(false);

  async function open() {
    setBusy(true);
    try {
      const run = await unwrap<RunRead>(api.GET("/api/runs/{id}", { params: { path: { id: checkpoint.run_id } } }));
      if (run.document === null) return;
      const initial = { source: `checkpoint:${checkpoint.id}`, match: "name" as const };
      const network = await create.mutateAsync({
        ...run.document,
        name: t("continue.name", { name: run.document.name ?? run.name }).slice(0, MAX_NAME_LENGTH),
        training: { ...run.training, initial_weights: initial } as unknown as NonNullable<
          NonNullable<RunRead["document"]>["training"]
        >,
      });
      await navigate(`/networks/${network.id}?drawer=weights`);
    } catch (error) {
      notifyError(t("continue.failed"), sentenceOf(error));
      setBusy(false);
    }
  }

  return (
    <ReasonedButton
      variant="default"
      size="compact-xs"
      reason={checkpoint.is_available ? null : t("why.fileGone")}
      hint={t("continue.hint")}
      loading={isBusy}
      leftSection={<IconPencil size={13} aria-hidden />}
      aria-label={t("continue.label", { kind })}
      onClick={() => void open()}
      data-testid={`continue-${checkpoint.kind}`}
    >
      {t("continue.button")}
    </ReasonedButton>
  );
}
