import { useMemo, useState } from "react";
import type { PredictRequest, TrialRead } from "@/api";
import { Answer } from "./Answer";
import { FormInput, type FormValues, firstValues } from "./FormInput";
import { GraphInput, type GraphQuestion } from "./GraphInput";
import { PictureInput } from "./PictureInput";
import { usePrediction } from "./queries";
import { SeriesInput } from "./SeriesInput";
import type { Steps } from "./seriesText";
import { TextInput } from "./TextInput";
import classes from "./tryout.module.css";

/** Input on the left, the answer on the right. */
export function TryInput({ trial }: { trial: TrialRead }) {
  const [picture, setPicture] = useState<string | null>(null);
  const [values, setValues] = useState<FormValues>(() => firstValues(trial));
  const [text, setText] = useState(trial.text?.example ?? "");
  const [steps, setSteps] = useState<Steps>(trial.series?.example ?? []);
  const [graph, setGraph] = useState<GraphQuestion | null>({ samples: [0] });
  const { kind } = trial;
  const body = useMemo<PredictRequest | null>(() => {
    if (kind === "image") return picture === null ? null : { pictures: [picture] };
    if (kind === "text") return text.trim() === "" ? null : { texts: [text] };
    if (kind === "series") return steps.length === 0 ? null : { series: [steps] };
    if (kind === "graph") return graph;
    return { rows: [values] };
  }, [kind, picture, text, steps, values, graph]);
  const { data, error, isFetching } = usePrediction(trial.checkpoint_id, body);
  const prediction = body === null ? undefined : data?.predictions[0];
  return (
    <div className={classes.ask}>
      {trial.picture ? (
        <PictureInput shape={trial.picture} isOfInk={trial.task === "classification"} onChange={setPicture} />
      ) : trial.text ? (
        <TextInput shape={trial.text} value={text} onChange={setText} />
      ) : trial.series ? (
        <SeriesInput
          shape={trial.series}
          steps={steps}
          forecast={error === null ? (prediction?.values ?? []) : []}
          onChange={setSteps}
        />
      ) : trial.graph ? (
        <GraphInput trial={trial} shape={trial.graph} question={graph} onChange={setGraph} />
      ) : (
        <FormInput fields={trial.fields ?? []} values={values} onChange={setValues} />
      )}
      <Answer
        trial={trial}
        isAsked={body !== null}
        prediction={prediction}
        error={body === null ? null : error}
        isFetching={isFetching}
      />
    </div>
  );
}
