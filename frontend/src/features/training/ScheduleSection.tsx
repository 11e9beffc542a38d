import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ChoiceFields } from "./ChoiceFields";
import { ConfigNumber } from "./ConfigNumber";
import { CurvePicture } from "./CurvePicture";
import { withValue } from "./configFields";
import { Item, Section } from "./Field";
import { useForm } from "./form";
import { addSchedule, chainBorders, removeAt } from "./formConfig";
import classes from "./training.module.css";

/** The learning rate over time: warm-up, one schedule after the other, and all of it as a picture. */
export function ScheduleSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const isWrong = form.problems.some(({ severity }) => severity === "error");
  const isSuggested = JSON.stringify(form.suggested?.schedule) === JSON.stringify(config.schedule);
  const chain = config.schedule.chain ?? [];
  return (
    <Section title={t("section.schedule")} hint={isSuggested ? form.reasons.schedule : undefined}>
      <ChoiceFields
        label={t("schedule.type")}
        path="schedule"
        choice={config.schedule}
        options={options.schedules}
        onChange={(schedule) => form.change({ ...config, schedule })}
        testId="train-schedule"
      />
      <ConfigNumber path="schedule.warmup_steps" label={t("schedule.warmup")} hint={t("schedule.warmupHint")} />
      {chain.map((schedule, index) => (
        <Item
          // biome-ignore lint/suspicious/noArrayIndexKey: a part of the chain is its place
          key={index}
          title={t("schedule.part", { number: index + 2 })}
          removeLabel={t("schedule.remove", { number: index + 2 })}
          onRemove={() => form.change(withValue(config, "schedule.chain", removeAt(chain, index)))}
        >
          <ConfigNumber
            path={`schedule.chain.${index}.milestone`}
            label={t("schedule.milestone")}
            hint={t("schedule.milestoneHint")}
          />
          <ChoiceFields
            label={t("schedule.next")}
            path={`schedule.chain.${index}`}
            choice={{ ...schedule, type: schedule.type ?? "" }}
            options={options.schedules}
            onChange={(next) => form.change(withValue(config, `schedule.chain.${index}`, next))}
            testId={`train-schedule-${index + 2}`}
          />
        </Item>
      ))}
      <div>
        <Button variant="default" size="xs" onClick={() => form.change(addSchedule(config, options.schedules))}>
          {t("schedule.add")}
        </Button>
      </div>
      {form.curve === undefined ? (
        <p className={classes.hint}>{t(isWrong ? "schedule.noCurve" : "schedule.drawing")}</p>
      ) : (
        <CurvePicture curve={form.curve} title={t("schedule.curve")} borders={chainBorders(config, form.curve)} />
      )}
    </Section>
  );
}
