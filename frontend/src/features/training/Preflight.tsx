import { Button } from "@mantine/core";
import { IconGauge } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type PreflightRead, sentenceOf, type TrainingConfig } from "@/api";
import { useEditor, useEditorStore } from "@/features/editor";
import { formatBytes, formatCount, formatDuration, formatExact, ReasonedButton, Sentence } from "@/ui";
import type { FormConfig } from "./formConfig";
import { lookBefore } from "./queries";
import classes from "./training.module.css";
import type { TrainForm } from "./useTrainForm";

/** What the figures were measured of: they fall away as soon as it is another run that would start. */
interface Looked {
  of: string;
  found: PreflightRead;
}

/** A few real steps before the start: memory, speed, length, the largest batch; or why it will not work. */
export function Preflight({ form }: { form: TrainForm }) {
  const { t } = useTranslation("control");
  const store = useEditorStore();
  const { config, reason } = form;
  const look = useMutation({
    mutationFn: async ({ of, training }: { of: string; training: FormConfig }): Promise<Looked> => ({
      of,
      found: await lookBefore(store.getState().document, training as TrainingConfig),
    }),
  });
  const network = useEditor((state) => state.document.network);
  const blocks = useEditor((state) => state.document.blocks);
  const of = JSON.stringify([config, network, blocks]);
  const found = look.data?.of === of ? look.data.found : null;
  const error = look.error !== null && look.variables.of === of ? look.error : null;
  return (
    <div className={classes.preflight} data-testid="preflight">
      <ReasonedButton
        variant="default"
        size="compact-sm"
        reason={reason}
        hint={t("preflight.hint")}
        loading={look.isPending}
        leftSection={<IconGauge size={14} aria-hidden />}
        onClick={() => {
          if (config !== null) look.mutate({ of, training: config });
        }}
        data-testid="preflight-look"
      >
        {t("preflight.button")}
      </ReasonedButton>
      <div role="status" className={classes.looked}>
        {error !== null && <p className={classes.wrong}>{sentenceOf(error)}</p>}
        {found !== null && <Found found={found} form={form} />}
      </div>
    </div>
  );
}

function Found({ found, form }: { found: PreflightRead; form: TrainForm }) {
  const { t } = useTranslation("control");
  const { config } = form;
  const largest = found.largest_batch ?? null;
  const facts = [
    ...(typeof found.peak_bytes === "number" ? [t("preflight.memory", { size: formatBytes(found.peak_bytes) })] : []),
    ...(typeof found.samples_per_second === "number"
      ? [t("preflight.speed", { number: formatCount(found.samples_per_second) })]
      : []),
    ...(typeof found.epoch_seconds === "number"
      ? [t("preflight.epoch", { time: formatDuration(found.epoch_seconds) })]
      : []),
    ...(typeof found.run_seconds === "number" ? [t("preflight.run", { time: formatDuration(found.run_seconds) })] : []),
    ...(largest === null
      ? []
      : [t(found.is_tried ? "preflight.largestTried" : "preflight.largest", { number: formatExact(largest) })]),
  ];
  const isTooLarge = typeof found.sentence === "string";
  return (
    <>
      {typeof found.sentence === "string" && (
        <p className={classes.wrong}>
          <Sentence text={found.sentence} />
        </p>
      )}
      {facts.length > 0 && <p className={classes.hint}>{facts.join(" · ")}</p>}
      {typeof found.note === "string" && (
        <p className={classes.hint}>
          <Sentence text={found.note} />
        </p>
      )}
      {found.is_busy && <p className={classes.hint}>{t("preflight.busy")}</p>}
      {isTooLarge && largest !== null && config !== null && (
        <Button
          variant="light"
          size="compact-sm"
          onClick={() => form.change({ ...config, data: { ...config.data, batch_size: largest } })}
          data-testid="preflight-take"
        >
          {t("preflight.take", { number: formatExact(largest) })}
        </Button>
      )}
    </>
  );
}
