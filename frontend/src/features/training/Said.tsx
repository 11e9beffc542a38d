import { Button } from "@mantine/core";
import { Fragment, use } from "react";
import type { Problem } from "@/api";
import { Sentence } from "@/ui";
import { FormContext } from "./form";
import classes from "./training.module.css";

/** Marks each sentence about a setting with its severity. */
export const SAID = "data-said";

/** Problems with a place in the form: the sentence, and a button for each way out. */
export function Said({ problems }: { problems: readonly Problem[] }) {
  const open = use(FormContext);
  return problems.map((problem) => (
    <Fragment key={problem.message}>
      <p className={classes.problem} data-severity={problem.severity} {...{ [SAID]: problem.severity }}>
        <Sentence text={problem.message} />
      </p>
      {open !== null &&
        problem.fixes?.map((fix) => (
          <Button
            key={fix.label}
            className={classes.wayOut}
            variant="default"
            size="compact-xs"
            onClick={() => open.form.applyFix(fix)}
          >
            <Sentence text={fix.label} />
          </Button>
        ))}
    </Fragment>
  ));
}
