import { Button, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Choice } from "@/api";
import { LineSkeletons } from "@/ui";
import { withValue } from "./configFields";
import { Field, Section } from "./Field";
import { useForm } from "./form";
import { fittingOptions } from "./formConfig";
import { StepList } from "./StepList";
import { StepsPreview } from "./StepsPreview";
import type { ListName } from "./steps";
import classes from "./steps.module.css";

/** What is done to the samples: to all of them, and at random to those that are trained on. */
export function StepsSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const kind = form.dataset?.kind;
  const { preprocess = [], augment = [] } = config.data;
  const change = (name: ListName, steps: Choice[]) => form.change(withValue(config, `data.${name}`, steps));
  const chain = preprocess.length > 0 ? preprocess : form.steps.read?.preprocess;
  const augmentations = fittingOptions(options.augmentations ?? [], undefined, kind);
  return (
    <Section title={t("section.steps")}>
      {chain === undefined ? (
        <LineSkeletons lines={2} />
      ) : (
        <StepList
          name="preprocess"
          label={t("steps.preprocess")}
          steps={chain}
          options={fittingOptions(options.transforms, undefined, kind)}
          onChange={(steps) => change("preprocess", steps)}
          lastReason={t("steps.lastOne")}
        />
      )}
      {preprocess.length > 0 && (
        <Button variant="subtle" size="compact-xs" onClick={() => change("preprocess", [])}>
          {t("steps.ownChain")}
        </Button>
      )}
      {augmentations.length > 0 && (
        <StepList
          name="augment"
          label={t("steps.augment")}
          steps={augment}
          options={augmentations}
          onChange={(steps) => change("augment", steps)}
        />
      )}
      <Offer augment={augment} onTake={(steps) => change("augment", steps)} />
      <StepsPreview />
      <Balanced />
    </Section>
  );
}

/** What may help on this data and why, until it is taken; then why it is there. */
function Offer({ augment, onTake }: { augment: readonly Choice[]; onTake: (steps: Choice[]) => void }) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const { offered } = form;
  const why = form.reasons["data.augment"];
  if (why === undefined || offered.length === 0) return null;
  const isTaken = JSON.stringify(augment) === JSON.stringify(offered);
  if (augment.length > 0 && !isTaken) return null;
  return (
    <div className={classes.offer} data-testid="steps-offer">
      <p>{why}</p>
      {!isTaken && (
        <Button variant="default" size="compact-xs" onClick={() => onTake([...offered])}>
          {t("steps.take", { types: offered.map(({ type }) => type).join(", ") })}
        </Button>
      )}
    </div>
  );
}

/** Every class equally often, by one switch. */
function Balanced() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const { task, graph } = form.dataset ?? {};
  const isOn = config.data.sampler === "balanced";
  if ((task !== "classification" || graph?.sample === "vertex") && !isOn) return null;
  return (
    <Field
      label={t("steps.balanced")}
      hint={t("steps.balancedHint")}
      problems={form.problems.filter((problem) => problem.field === "data.sampler")}
    >
      {({ id, describedBy }) => (
        <Switch
          id={id}
          size="sm"
          aria-describedby={describedBy}
          checked={isOn}
          onChange={(event) =>
            form.change(withValue(config, "data.sampler", event.currentTarget.checked ? "balanced" : "shuffle"))
          }
        />
      )}
    </Field>
  );
}
