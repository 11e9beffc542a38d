import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ReasonedSwitch } from "@/ui";
import { ConfigNumber } from "./ConfigNumber";
import { withValue } from "./configFields";
import { Disclosure } from "./Disclosure";
import { Field, Item } from "./Field";
import { useForm } from "./form";
import { freezeNodes, removeAt } from "./formConfig";
import { NodesField } from "./NodesField";
import { Said } from "./Said";
import classes from "./training.module.css";

/** Nodes and blocks whose weights are moved otherwise than the rest. */
export function GroupsSection() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const groups = config.parameter_groups;
  const add = () =>
    form.change({ ...config, parameter_groups: [...groups, { nodes: [], lr_factor: 1, weight_decay: null }] });
  return (
    <Disclosure
      title={t("groups.title")}
      summary={groups.length === 0 ? t("none") : t("groups.count", { count: groups.length })}
      isUsed={groups.length > 0}
      testId="train-groups"
    >
      <p className={classes.hint}>{t("groups.hint")}</p>
      <Said problems={form.problems.filter(({ field }) => field === "parameter_groups")} />
      {groups.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a group is its place
        <GroupFields key={index} index={index} />
      ))}
      <Button variant="default" size="xs" onClick={add}>
        {t("groups.add")}
      </Button>
    </Disclosure>
  );
}

function GroupFields({ index }: { index: number }) {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const path = `parameter_groups.${index}`;
  const { nodes = [] } = config.parameter_groups[index] ?? {};
  const frozen = config.frozen ?? [];
  const isFrozen = nodes.length > 0 && nodes.every((node) => frozen.includes(node));
  return (
    <Item
      title={t("groups.one", { number: index + 1 })}
      removeLabel={t("groups.remove", { number: index + 1 })}
      onRemove={() => form.change({ ...config, parameter_groups: removeAt(config.parameter_groups, index) })}
    >
      <NodesField
        path={`${path}.nodes`}
        nodes={nodes}
        placeholder={t("groups.choose")}
        onChange={(next) => form.change(withValue(config, `${path}.nodes`, next))}
      />
      <ConfigNumber path={`${path}.lr_factor`} label={t("groups.factor")} hint={t("groups.factorHint")} />
      <ConfigNumber
        path={`${path}.weight_decay`}
        label={t("groups.decay")}
        hint={t("groups.decayHint")}
        placeholder={t("groups.asOptimizer")}
      />
      <Field label={t("groups.frozen")} hint={t("groups.frozenHint")}>
        {({ id, describedBy }) => (
          <ReasonedSwitch
            id={id}
            label={t("groups.frozen")}
            describedBy={describedBy}
            checked={isFrozen}
            reason={nodes.length === 0 ? t("groups.frozenReason") : null}
            onChange={(checked) => form.change(freezeNodes(config, nodes, checked))}
          />
        )}
      </Field>
    </Item>
  );
}
