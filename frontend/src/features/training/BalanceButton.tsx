import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Choice, OptionRead } from "@/api";
import { previewQuery } from "@/features/data";
import { ReasonedButton } from "@/ui";
import { balanceOf, balanceOfLabels, balanceParam } from "./balance";
import { useForm } from "./form";
import { setParam } from "./formConfig";

interface Props {
  loss: Choice;
  option: OptionRead | undefined;
  onChange: (loss: Choice) => void;
}

/** Fills in the weights of the classes from how often each occurs; nothing where the loss has none. */
export function BalanceButton({ loss, option, onChange }: Props) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const param = balanceParam(option);
  const id = form.dataset?.id ?? "";
  const { data: preview } = useQuery({ ...previewQuery(id), enabled: param !== null && id !== "" });
  const counts = (preview?.balance ?? []).map(({ count }) => count);
  if (param === null || (preview !== undefined && counts.length < 2)) return null;
  const areLabels = form.dataset?.task === "multilabel";
  const value = areLabels ? balanceOfLabels(form.dataset?.num_samples ?? 0, counts) : balanceOf(param.kind, counts);
  return (
    <ReasonedButton
      variant="default"
      size="xs"
      reason={value === null ? t("objective.balanceUnknown") : null}
      hint={t("objective.balanceHint")}
      onClick={() => value !== null && onChange(setParam(loss, param.name, value))}
    >
      {t("objective.balance")}
    </ReasonedButton>
  );
}
