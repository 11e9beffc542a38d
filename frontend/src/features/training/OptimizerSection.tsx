import { useTranslation } from "react-i18next";
import { ChoiceFields } from "./ChoiceFields";
import { ConfigNumber } from "./ConfigNumber";
import { CurvePicture } from "./CurvePicture";
import { Section } from "./Field";
import { useForm } from "./form";
import classes from "./training.module.css";

/** How the weights are changed: the optimizer, and its learning rate over time as a picture. */
export function OptimizerSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const isWrong = form.problems.some(({ severity }) => severity === "error");
  const isSuggested = (part: "optimizer" | "schedule") =>
    JSON.stringify(form.suggested?.[part]) === JSON.stringify(config[part]);
  return (
    <>
      <Section title={t("section.optimizer")} hint={isSuggested("optimizer") ? form.reasons.optimizer : undefined}>
        <ChoiceFields
          label={t("optimizer.type")}
          path="optimizer"
          choice={config.optimizer}
          options={options.optimizers}
          onChange={(optimizer) => form.change({ ...config, optimizer })}
          testId="train-optimizer"
        />
        <ConfigNumber
          path="gradient_clip_norm"
          label={t("optimizer.clip")}
          hint={t("optimizer.clipHint")}
          placeholder={t("none")}
        />
      </Section>
      <Section title={t("section.schedule")} hint={isSuggested("schedule") ? form.reasons.schedule : undefined}>
        <ChoiceFields
          label={t("schedule.type")}
          path="schedule"
          choice={config.schedule}
          options={options.schedules}
          onChange={(schedule) => form.change({ ...config, schedule })}
          testId="train-schedule"
        />
        <ConfigNumber path="schedule.warmup_steps" label={t("schedule.warmup")} hint={t("schedule.warmupHint")} />
        {form.curve === undefined ? (
          <p className={classes.hint}>{t(isWrong ? "schedule.noCurve" : "schedule.drawing")}</p>
        ) : (
          <CurvePicture curve={form.curve} title={t("schedule.curve")} />
        )}
      </Section>
    </>
  );
}
