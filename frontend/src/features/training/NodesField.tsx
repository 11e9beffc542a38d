import { MultiSelect } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "@/features/editor";
import { Field } from "./Field";
import { useForm } from "./form";

interface Props {
  /** Where the list lies in the config: `parameter_groups.0.nodes`. */
  path: string;
  nodes: readonly string[];
  /** What an empty list means. */
  placeholder: string;
  hint?: string;
  onChange: (nodes: string[]) => void;
}

/** Nodes and blocks of the network that have weights, by their paths. */
export function NodesField({ path, nodes, placeholder, hint, onChange }: Props) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const report = useEditor((state) => state.report);
  const known = useMemo(
    () => Object.entries(report?.nodes ?? {}).flatMap(([name, { parameters }]) => (parameters > 0 ? [name] : [])),
    [report],
  );
  const problems = form.problems.filter(({ field }) => field === path || field?.startsWith(`${path}.`));
  return (
    <Field label={t("nodes.label")} hint={hint} problems={problems}>
      {({ id, describedBy, isInvalid }) => (
        <MultiSelect
          id={id}
          size="xs"
          aria-describedby={describedBy}
          error={isInvalid}
          data={[...new Set([...known, ...nodes])]}
          value={[...nodes]}
          placeholder={nodes.length === 0 ? placeholder : undefined}
          searchable
          nothingFoundMessage={t("nodes.nothing")}
          onChange={onChange}
          // Escape closes the list, not the form around it.
          onKeyDown={(event) => event.key === "Escape" && event.preventDefault()}
        />
      )}
    </Field>
  );
}
