import { useTranslation } from "react-i18next";
import { ChoiceFields } from "./ChoiceFields";
import { ClipField } from "./ClipField";
import { Section } from "./Field";
import { useForm } from "./form";
import { GroupsSection } from "./GroupsSection";
import { InitializationSection } from "./InitializationSection";
import { RateFinder } from "./RateFinder";
import { RegularizationSection } from "./RegularizationSection";

/** How the weights are changed. */
export function OptimizerSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const isSuggested = JSON.stringify(form.suggested?.optimizer) === JSON.stringify(config.optimizer);
  return (
    <Section title={t("section.optimizer")} hint={isSuggested ? form.reasons.optimizer : undefined}>
      <ChoiceFields
        label={t("optimizer.type")}
        path="optimizer"
        choice={config.optimizer}
        options={options.optimizers}
        onChange={(optimizer) => form.change({ ...config, optimizer })}
        testId="train-optimizer"
      />
      <RateFinder />
      <ClipField />
      <RegularizationSection />
      <GroupsSection />
      <InitializationSection />
    </Section>
  );
}
