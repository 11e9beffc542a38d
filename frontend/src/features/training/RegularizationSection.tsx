import { useTranslation } from "react-i18next";
import { OptionalChoiceFields } from "./ChoiceFields";
import { ConfigNumber, ConfigSwitch } from "./ConfigNumber";
import { Disclosure } from "./Disclosure";
import { useForm } from "./form";

/** What keeps weights small and gradients tame, and what is taken of the weights in the end. */
export function RegularizationSection() {
  const { t } = useTranslation("training");
  const { config, form, options } = useForm();
  const { l1, l2, no_decay_on_norms_and_biases: spares, accumulate_steps: steps, averaging } = config;
  const used = [
    ...(l1 ? [t("regularization.l1")] : []),
    ...(l2 ? [t("regularization.l2")] : []),
    ...(spares ? [t("regularization.spare")] : []),
    ...(averaging ? [averaging.type] : []),
    ...(steps !== undefined && steps > 1 ? [t("regularization.accumulate")] : []),
  ];
  return (
    <Disclosure
      title={t("regularization.title")}
      summary={used.length === 0 ? t("none") : used.join(", ")}
      isUsed={used.length > 0}
      testId="train-regularization"
    >
      <ConfigSwitch
        path="no_decay_on_norms_and_biases"
        label={t("regularization.spare")}
        hint={t("regularization.spareHint")}
      />
      <ConfigNumber path="l2" label={t("regularization.l2")} hint={t("regularization.l2Hint")} />
      <ConfigNumber path="l1" label={t("regularization.l1")} hint={t("regularization.l1Hint")} />
      <ConfigNumber
        path="accumulate_steps"
        label={t("regularization.accumulate")}
        hint={t("regularization.accumulateHint")}
      />
      <OptionalChoiceFields
        label={t("regularization.average")}
        path="averaging"
        choice={averaging}
        none={t("regularization.noAverage")}
        options={options.averagings}
        onChange={(next) => form.change({ ...config, averaging: next })}
        testId="train-averaging"
      />
    </Disclosure>
  );
}
