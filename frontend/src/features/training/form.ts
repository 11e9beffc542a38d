import { createContext, use } from "react";
import type { TrainingOptions } from "@/api";
import type { FormConfig } from "./formConfig";
import type { TrainForm } from "./useTrainForm";

/** The form once there is something to edit. */
export interface OpenForm {
  form: TrainForm;
  config: FormConfig;
  options: TrainingOptions;
}

export const FormContext = createContext<OpenForm | null>(null);

export function useForm(): OpenForm {
  const form = use(FormContext);
  if (form === null) throw new Error("This part of the training form stands outside of it.");
  return form;
}
