import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import { formatCount, formatDatum, ReasonedButton } from "@/ui";
import { type Column, type Options, roleProblem, rolesOf, withMissing, withRole, withType } from "./columnOptions";
import classes from "./data.module.css";
import { MissingChoice } from "./MissingChoice";
import { useUpdateDataset } from "./queries";

const TYPES: readonly Column["type"][] = ["number", "category", "text"];

/** The columns of a table: guessed types, which can be corrected, and what each is used for. */
export function Columns({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const update = useUpdateDataset(dataset.id);
  const { columns = [], options = {} } = dataset;
  const roles = rolesOf(dataset);
  const correct = (next: Options) => update.mutate({ options: next });
  const title = t("columns.title");
  return (
    <div className={classes.panel} aria-busy={update.isPending}>
      <h2 className={classes.heading}>{title}</h2>
      {!dataset.is_built_in && <p className={classes.quiet}>{t("columns.hint")}</p>}
      <div role="status" className={classes.quiet}>
        {update.isPending && t("columns.saving")}
      </div>
      {update.error !== null && (
        <p className={classes.error} role="alert">
          {t("failed.save")}: {update.error.message}
        </p>
      )}
      <Suspects
        columns={columns}
        isBusy={update.isPending}
        onChoose={(column, role) => correct(withRole(options, column, role))}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={title}>
        <table className={classes.table} data-testid="dataset-columns">
          <thead>
            <tr>
              {(["name", "type", "role", "missing", "distinct", "range", "mean", "examples"] as const).map((key) => (
                <th key={key} scope="col">
                  {t(`columns.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name} data-role={column.role}>
                <th scope="row">{column.name}</th>
                <td>
                  {dataset.is_built_in ? (
                    t(`columns.types.${column.type}`)
                  ) : (
                    <NativeSelect
                      className={classes.choice}
                      size="xs"
                      aria-label={t("columns.typeOf", { name: column.name })}
                      data={TYPES.map((value) => ({ value, label: t(`columns.types.${value}`) }))}
                      value={column.type}
                      onChange={(event) =>
                        correct(withType(options, column, event.currentTarget.value as Column["type"]))
                      }
                    />
                  )}
                </td>
                <td>
                  {dataset.is_built_in ? (
                    t(`columns.roles.${column.role}`)
                  ) : (
                    <NativeSelect
                      className={classes.choice}
                      size="xs"
                      aria-label={t("columns.roleOf", { name: column.name })}
                      data={roles.map((value) => ({
                        value,
                        label: t(`columns.roles.${value}`),
                        disabled: roleProblem(column, value) !== null,
                      }))}
                      title={column.role === "target" ? t("columns.needsTarget") : undefined}
                      value={column.role}
                      onChange={(event) =>
                        correct(withRole(options, column, event.currentTarget.value as Column["role"], columns))
                      }
                    />
                  )}
                </td>
                <td>
                  <MissingChoice
                    key={`${column.strategy} ${column.fill_value}`}
                    column={column}
                    refusedAt={update.isError ? update.submittedAt : null}
                    onChoose={(strategy, fillValue) => correct(withMissing(options, column, strategy, fillValue))}
                  />
                </td>
                <td>{formatCount(column.num_distinct)}</td>
                <td>{rangeOf(column)}</td>
                <td>{typeof column.mean === "number" ? formatDatum(column.mean) : ""}</td>
                <td className={classes.examples}>{(column.examples ?? []).join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

interface SuspectsProps {
  columns: readonly Column[];
  isBusy: boolean;
  onChoose: (column: Column, role: "ignored" | "feature") => void;
}

/** Features that may give the target away, each with both ways out. */
function Suspects({ columns, isBusy, onChoose }: SuspectsProps) {
  const { t } = useTranslation("data");
  const suspects = columns.filter(({ warning }) => typeof warning === "string");
  if (suspects.length === 0) return null;
  return (
    <ul className={classes.suspects} data-testid="dataset-suspects">
      {suspects.map((column) => (
        <li key={column.name}>
          <p className={classes.warning}>{column.warning}</p>
          <ReasonedButton
            size="compact-xs"
            variant="default"
            reason={isBusy ? t("columns.saving") : null}
            aria-label={t("columns.ignoreOne", { name: column.name })}
            onClick={() => onChoose(column, "ignored")}
          >
            {t("columns.ignore")}
          </ReasonedButton>{" "}
          <ReasonedButton
            size="compact-xs"
            variant="subtle"
            reason={isBusy ? t("columns.saving") : null}
            aria-label={t("columns.keepOne", { name: column.name })}
            onClick={() => onChoose(column, "feature")}
          >
            {t("columns.keep")}
          </ReasonedButton>
        </li>
      ))}
    </ul>
  );
}

function rangeOf({ minimum, maximum }: Column): string {
  if (typeof minimum !== "number" || typeof maximum !== "number") return "";
  return `${formatDatum(minimum)} … ${formatDatum(maximum)}`;
}
