import { useMemo, useState } from "react";
import type { PredictRequest, TrialRead } from "@/api";
import { Answer } from "./Answer";
import { FormInput, type FormValues, firstValues } from "./FormInput";
import { PictureInput } from "./PictureInput";
import { usePrediction } from "./queries";
import classes from "./tryout.module.css";

/** Input on the left, the answer on the right. */
export function TryInput({ trial }: { trial: TrialRead }) {
  const [picture, setPicture] = useState<string | null>(null);
  const [values, setValues] = useState<FormValues>(() => firstValues(trial));
  const isPicture = trial.kind === "image";
  const body = useMemo<PredictRequest | null>(() => {
    if (!isPicture) return { rows: [values] };
    return picture === null ? null : { pictures: [picture] };
  }, [isPicture, picture, values]);
  const { data, error, isFetching } = usePrediction(trial.checkpoint_id, body);
  return (
    <div className={classes.ask}>
      {trial.picture ? (
        <PictureInput shape={trial.picture} onChange={setPicture} />
      ) : (
        <FormInput fields={trial.fields ?? []} values={values} onChange={setValues} />
      )}
      <Answer
        trial={trial}
        prediction={body === null ? undefined : data?.predictions[0]}
        error={error}
        isFetching={isFetching}
      />
    </div>
  );
}
