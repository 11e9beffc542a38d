import { NativeSelect, Switch } from "@mantine/core";
import { NumberBox } from "@/ui";
import { fieldAt, numberShape, valueAt, withValue } from "./configFields";
import { Field } from "./Field";
import { type OpenForm, useForm } from "./form";

/** What stands under a field: why its value was suggested as long as it is that value, else its hint; and its problems. */
function saidAbout(form: OpenForm["form"], path: string, value: unknown, hint: string | undefined) {
  const reason = form.reasons[path];
  const isSuggested = form.suggested !== undefined && valueAt(form.suggested, path) === value;
  return {
    hint: isSuggested && reason !== undefined ? reason : hint,
    problems: form.problems.filter((problem) => problem.field === path && !problem.node),
  };
}

interface Props {
  /** Where the value lies in the config: `data.batch_size`. */
  path: string;
  label: string;
  hint?: string | undefined;
  placeholder?: string;
}

/** A number of the config; its bounds come from the config's schema. Emptied, an optional one becomes null. */
export function ConfigNumber({ path, label, hint, placeholder }: Props) {
  const { form, config } = useForm();
  const shape = numberShape(form.fields, path);
  const field = fieldAt(form.fields, path);
  const value = valueAt(config, path);
  return (
    <Field label={label} {...saidAbout(form, path, value, hint)}>
      {({ id, describedBy, isInvalid }) => (
        <NumberBox
          id={id}
          label={label}
          shape={shape}
          value={typeof value === "number" ? value : undefined}
          placeholder={placeholder}
          isInvalid={isInvalid}
          describedBy={describedBy}
          onChange={(next) => {
            if (typeof next === "number") form.change(withValue(config, path, next));
            else if (field?.isNullable) form.change(withValue(config, path, null));
            else if (field?.default !== undefined) form.change(withValue(config, path, field.default));
          }}
        />
      )}
    </Field>
  );
}

interface SelectProps {
  path: string;
  label: string;
  hint?: string | undefined;
  choices: readonly { value: string; label: string }[];
  /** What a choice does; without it the value is put at the path. */
  onChoose?: (value: string) => void;
}

/** One of some words of the config. A value that is not offered is kept and shown. */
export function ConfigSelect({ path, label, hint, choices, onChoose }: SelectProps) {
  const { form, config } = useForm();
  const choose = onChoose ?? ((next: string) => form.change(withValue(config, path, next)));
  const value = String(valueAt(config, path));
  const isKnown = choices.some((choice) => choice.value === value);
  return (
    <Field label={label} {...saidAbout(form, path, value, hint)}>
      {({ id, describedBy, isInvalid }) => (
        <NativeSelect
          id={id}
          size="xs"
          aria-describedby={describedBy}
          error={isInvalid}
          data={isKnown ? [...choices] : [{ value, label: value }, ...choices]}
          value={value}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Yes or no. */
export function ConfigSwitch({ path, label, hint }: Omit<Props, "placeholder">) {
  const { form, config } = useForm();
  const value = valueAt(config, path);
  return (
    <Field label={label} {...saidAbout(form, path, value, hint)}>
      {({ id, describedBy }) => (
        <Switch
          id={id}
          size="sm"
          aria-describedby={describedBy}
          checked={value === true}
          onChange={(event) => form.change(withValue(config, path, event.currentTarget.checked))}
        />
      )}
    </Field>
  );
}
