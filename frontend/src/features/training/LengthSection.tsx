import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { modeOf } from "@/api";
import { ConfigNumber, ConfigSelect } from "./ConfigNumber";
import { fieldChoices, withValue } from "./configFields";
import { Field, Section } from "./Field";
import { useForm } from "./form";
import { type EarlyStopping, monitorNames, setMonitor } from "./formConfig";
import classes from "./training.module.css";

/** How long it trains and when it ends earlier; which checkpoints are kept. */
export function LengthSection() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const stopping = config.early_stopping;
  const begin: EarlyStopping = {
    monitor: "val/loss",
    mode: "min",
    patience: Number(form.fields.get("early_stopping.patience")?.default ?? 5),
    min_delta: 0,
    restore_best_weights: true,
  };
  return (
    <>
      <Section title={t("section.length")} hint={stopping === null ? undefined : form.reasons.early_stopping}>
        <ConfigNumber path="epochs" label={t("length.epochs")} hint={t("length.epochsHint")} />
        <Field label={t("length.early")} hint={t("length.earlyHint")}>
          {({ id, describedBy }) => (
            <Switch
              id={id}
              size="sm"
              aria-describedby={describedBy}
              checked={stopping !== null}
              onChange={(event) =>
                form.change({ ...config, early_stopping: event.currentTarget.checked ? begin : null })
              }
            />
          )}
        </Field>
        {stopping !== null && (
          <div className={classes.params}>
            <Monitor prefix="early_stopping" />
            <ConfigNumber path="early_stopping.patience" label={t("length.patience")} hint={t("length.patienceHint")} />
            <ConfigNumber
              path="early_stopping.min_delta"
              label={t("length.minDelta")}
              hint={t("length.minDeltaHint")}
            />
            <Field label={t("length.restore")}>
              {({ id }) => (
                <Switch
                  id={id}
                  size="sm"
                  checked={stopping.restore_best_weights}
                  onChange={(event) =>
                    form.change(withValue(config, "early_stopping.restore_best_weights", event.currentTarget.checked))
                  }
                />
              )}
            </Field>
          </div>
        )}
      </Section>
      <Section
        title={t("section.checkpoint")}
        hint={
          JSON.stringify(form.suggested?.checkpoint) === JSON.stringify(config.checkpoint)
            ? form.reasons.checkpoint
            : undefined
        }
      >
        <Monitor prefix="checkpoint" />
        <ConfigNumber path="checkpoint.every_epochs" label={t("checkpoint.every")} />
        <ConfigNumber path="checkpoint.keep" label={t("checkpoint.keep")} />
        <ConfigSelect
          path="checkpoint.tested"
          label={t("checkpoint.tested")}
          hint={t("checkpoint.testedHint")}
          choices={[
            { value: "best", label: t("checkpoint.testedBest") },
            { value: "last", label: t("checkpoint.testedLast") },
          ]}
        />
      </Section>
    </>
  );
}

/** What is watched. Which direction is better follows from it; it is asked for only where the server does not know it. */
function Monitor({ prefix }: { prefix: "early_stopping" | "checkpoint" }) {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const part = config[prefix];
  const known = part === null ? null : modeOf(part.monitor, options.metrics);
  // What a person wrote against it elsewhere is shown, so that it can be corrected.
  const isClear = known !== null && known === part?.mode;
  return (
    <>
      <ConfigSelect
        path={`${prefix}.monitor`}
        label={t("monitor.watched")}
        hint={isClear ? t(`monitor.${known}Hint`) : undefined}
        choices={monitorNames(config).map((name) => ({ value: name, label: name }))}
        onChoose={(monitor) => form.change(setMonitor(config, prefix, monitor, options.metrics))}
      />
      {!isClear && (
        <ConfigSelect
          path={`${prefix}.mode`}
          label={t("monitor.better")}
          choices={fieldChoices(form.fields, `${prefix}.mode`).map((mode) => ({
            value: mode,
            label: t(`monitor.${mode}`),
          }))}
        />
      )}
    </>
  );
}
