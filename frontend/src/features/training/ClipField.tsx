import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ConfigNumber } from "./ConfigNumber";
import { Field } from "./Field";
import { useForm } from "./form";
import { type Clipping, clippingOf, setClipping } from "./formConfig";
import classes from "./training.module.css";

/** Whether gradients are held back, by their common length or each number by itself. */
export function ClipField() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const clipping = clippingOf(config);
  const kinds: { value: Clipping; label: string }[] = [
    { value: "never", label: t("optimizer.clips.never") },
    { value: "norm", label: t("optimizer.clips.norm") },
    { value: "value", label: t("optimizer.clips.value") },
  ];
  return (
    <>
      <Field label={t("optimizer.clip")} hint={t("optimizer.clipHint")}>
        {({ id, describedBy }) => (
          <NativeSelect
            id={id}
            size="xs"
            aria-describedby={describedBy}
            data={kinds}
            value={clipping}
            data-testid="train-clip"
            onChange={(event) => form.change(setClipping(config, event.currentTarget.value as Clipping))}
          />
        )}
      </Field>
      {clipping !== "never" && (
        <div className={classes.params}>
          {/* Both are shown where somebody set both elsewhere: one has to go. */}
          {config.gradient_clip_norm !== null && config.gradient_clip_norm !== undefined && (
            <ConfigNumber path="gradient_clip_norm" label={t("optimizer.clipNorm")} />
          )}
          {config.gradient_clip_value !== null && config.gradient_clip_value !== undefined && (
            <ConfigNumber path="gradient_clip_value" label={t("optimizer.clipValue")} />
          )}
        </div>
      )}
    </>
  );
}
