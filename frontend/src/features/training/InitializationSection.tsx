import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ChoiceFields } from "./ChoiceFields";
import { ConfigSwitch } from "./ConfigNumber";
import { withValue } from "./configFields";
import { Disclosure } from "./Disclosure";
import { Item } from "./Field";
import { useForm } from "./form";
import { removeAt } from "./formConfig";
import { NodesField } from "./NodesField";
import classes from "./training.module.css";

/** How the first weights are drawn, for all nodes or for some. */
export function InitializationSection() {
  const { t } = useTranslation("training");
  const { form, config, options } = useForm();
  const rules = config.initialization;
  const [first] = options.initializers;
  const add = () => {
    const type = rules.at(-1)?.type ?? first?.type ?? "";
    form.change({ ...config, initialization: [...rules, { type, params: {}, nodes: [], zero_biases: false }] });
  };
  const titles = rules.map(({ type }) => options.initializers.find((one) => one.type === type)?.title ?? type);
  return (
    <Disclosure
      title={t("firstWeights.title")}
      summary={rules.length === 0 ? t("firstWeights.default") : titles.join(", ")}
      isUsed={rules.length > 0}
      testId="train-initialization"
    >
      <p className={classes.hint}>{t("firstWeights.hint")}</p>
      {rules.map((rule, index) => (
        <Item
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place
          key={index}
          title={t("firstWeights.one", { number: index + 1 })}
          removeLabel={t("firstWeights.remove", { number: index + 1 })}
          onRemove={() => form.change({ ...config, initialization: removeAt(rules, index) })}
        >
          <NodesField
            path={`initialization.${index}.nodes`}
            nodes={rule.nodes ?? []}
            placeholder={t("firstWeights.all")}
            onChange={(nodes) => form.change(withValue(config, `initialization.${index}.nodes`, nodes))}
          />
          <ChoiceFields
            label={t("firstWeights.type")}
            path={`initialization.${index}`}
            choice={{ ...rule, type: rule.type ?? "" }}
            options={options.initializers}
            onChange={(next) => form.change(withValue(config, `initialization.${index}`, next))}
            testId={`train-initialization-${index}`}
          />
          <ConfigSwitch path={`initialization.${index}.zero_biases`} label={t("firstWeights.zeroBiases")} />
        </Item>
      ))}
      <Button variant="default" size="xs" onClick={add}>
        {t(rules.length === 0 ? "firstWeights.addFirst" : "firstWeights.add")}
      </Button>
    </Disclosure>
  );
}
