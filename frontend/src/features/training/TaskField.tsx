import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { fieldChoices } from "./configFields";
import { Field } from "./Field";
import { useForm } from "./form";
import classes from "./training.module.css";

const PATH = "data.task";

/** What is learnt of the data: the set's own target, or to give each sample back. */
export function TaskField() {
  const { t } = useTranslation(["training", "data"]);
  const { form, config } = useForm();
  const task = config.data.task ?? "own";
  const names = fieldChoices(form.fields, PATH);
  const own = form.dataset === undefined ? "" : t(`data:task.${form.dataset.task}`);
  return (
    <div className={classes.section}>
      <Field
        label={t("data.task")}
        hint={form.reasons[PATH] ?? t(`data.taskHint.${task}`)}
        problems={form.problems.filter((problem) => problem.field === PATH)}
      >
        {({ id, describedBy, isInvalid }) => (
          <NativeSelect
            id={id}
            size="xs"
            aria-describedby={describedBy}
            error={isInvalid}
            data-testid="train-task"
            value={task}
            data={names.map((name) => ({ value: name, label: t(`data.tasks.${name}`, { task: own }) }))}
            onChange={(event) => form.chooseTask(event.currentTarget.value)}
          />
        )}
      </Field>
    </div>
  );
}
