import { useTranslation } from "react-i18next";
import type { Choice, OptionRead } from "@/api";
import { ReasonedButton } from "@/ui";
import { balanceParam } from "./balance";
import { ClassBalance } from "./ClassBalance";
import { useForm } from "./form";
import { setParam } from "./formConfig";

interface Props {
  loss: Choice;
  option: OptionRead | undefined;
  onChange: (loss: Choice) => void;
}

/**
 * Fills in the weights of the classes from how often each occurs in the training part of the split: what is held out is not looked
 * at. Nothing where the loss has none.
 */
export function BalanceButton({ loss, option, onChange }: Props) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const param = balanceParam(option);
  const { read, isAsking, error } = form.steps;
  if (param === null || (read !== undefined && read.class_counts.length < 2)) return null;
  const areLabels = form.dataset?.task === "multilabel";
  // While a changed split is being asked for, the counts are those of the one before.
  const isKnown = read !== undefined && !isAsking && error === null;
  const value = read?.class_weights[param.kind] ?? null;
  const missing = t(areLabels ? "objective.balanceLabelMissing" : "objective.balanceMissing");
  const weights = (loss.params as Record<string, unknown> | undefined)?.[param.name];
  return (
    <>
      <ReasonedButton
        variant="default"
        size="xs"
        reason={isKnown ? (value === null ? missing : null) : (error?.message ?? t("objective.balanceUnknown"))}
        hint={t(areLabels ? "objective.balanceLabelsHint" : "objective.balanceHint")}
        onClick={() => value !== null && onChange(setParam(loss, param.name, value))}
      >
        {t(areLabels ? "objective.balanceLabels" : "objective.balance")}
      </ReasonedButton>
      <ClassBalance isWeighted={Array.isArray(weights) && weights.length > 0} />
    </>
  );
}
