import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api";
import { Swatch } from "@/features/charts";
import { differs, type Fields, formatField, useAreSettingsPending, valueKey } from "@/features/runs";
import { LineSkeletons } from "@/ui";
import classes from "./compare.module.css";
import type { CompareView } from "./useCompareView";

interface Props {
  runs: readonly RunSummary[];
  colors: Readonly<Record<string, number>>;
  fields: Fields;
  view: CompareView;
}

/** The settings of the runs beside each other: what differs, or everything. */
export function CompareSettings({ runs, colors, fields, view }: Props) {
  const { t } = useTranslation("compare");
  const { t: d } = useTranslation("desk");
  const settings = [...fields.values()].filter((field) => field.group === "setting" || field.id === "data");
  const shown = view.isEverything ? settings : settings.filter((field) => differs(field, runs));
  const isPending = useAreSettingsPending();
  const base = runs.find((run) => run.id === view.baseline) ?? runs[0];
  return (
    <section aria-label={t("tabs.settings")} data-testid="compare-settings">
      <Switch
        size="xs"
        mb="sm"
        label={t("allSettings")}
        checked={view.isEverything}
        onChange={(event) => view.setEverything(event.currentTarget.checked)}
      />
      {isPending ? (
        <LineSkeletons lines={6} />
      ) : shown.length === 0 ? (
        <p className={classes.quiet}>{t("sameSettings")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
        <section className={classes.tableBox} tabIndex={0} aria-label={t("tabs.settings")}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("setting")}</th>
                {runs.map((run) => (
                  <th key={run.id} scope="col">
                    <Swatch color={colors[run.id] ?? 1} />
                    {run.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((field) => (
                <tr key={field.id}>
                  <th scope="row">{field.group === "setting" ? field.name : d("fields.data")}</th>
                  {runs.map((run) => {
                    const value = field.value(run);
                    const isOther = base !== undefined && valueKey(value) !== valueKey(field.value(base));
                    return (
                      <td key={run.id} data-other={isOther || undefined}>
                        {formatField(field, value, d) || <span className={classes.quiet}>{t("noValue")}</span>}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
