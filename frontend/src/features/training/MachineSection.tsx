import { useTranslation } from "react-i18next";
import { formatBytes } from "@/ui";
import { ConfigNumber, ConfigSelect, ConfigSwitch } from "./ConfigNumber";
import { fieldChoices } from "./configFields";
import { Section } from "./Field";
import { useForm } from "./form";

const AUTO = "auto";

/** Where it trains, and with which numbers. */
export function MachineSection() {
  const { t } = useTranslation("training");
  const { form, options } = useForm();
  const devices = options.devices.map(({ id, name, memory_bytes: memory }) => ({
    value: id,
    label: [`${id}: ${name}`, ...(typeof memory === "number" ? [formatBytes(memory)] : [])].join(", "),
  }));
  return (
    <Section title={t("section.machine")}>
      <ConfigSelect
        path="device"
        label={t("machine.device")}
        choices={[{ value: AUTO, label: t("machine.auto") }, ...devices]}
      />
      <ConfigSelect
        path="precision"
        label={t("machine.precision")}
        hint={t("machine.precisionHint")}
        choices={fieldChoices(form.fields, "precision").map((value) => ({ value, label: value }))}
      />
      <ConfigSwitch path="compile" label={t("machine.compile")} hint={t("machine.compileHint")} />
      <ConfigSelect
        path="cuda_graphs"
        label={t("machine.cudaGraphs")}
        hint={t("machine.cudaGraphsHint")}
        choices={fieldChoices(form.fields, "cuda_graphs").map((value) => ({
          value,
          label: t(`machine.cudaGraphsChoice.${value}`),
        }))}
      />
      <ConfigSwitch path="deterministic" label={t("machine.deterministic")} hint={t("machine.deterministicHint")} />
      <ConfigNumber path="seed" label={t("machine.seed")} hint={t("machine.seedHint")} />
    </Section>
  );
}
