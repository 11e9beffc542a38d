import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { StepsRead } from "@/api";
import { LineSkeletons } from "@/ui";
import { useForm } from "./form";
import classes from "./steps.module.css";

type Pair = StepsRead["samples"][number];

/** Some training samples as they come and as the network gets them: made by the code that trains. */
export function StepsPreview() {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const { read, error, isAsking, again } = form.steps;
  const isRandom = (config.data.augment ?? []).length > 0;
  if (error !== null) return <p className={classes.about}>{error.message}</p>;
  if (read === undefined) return <LineSkeletons lines={3} />;
  const [first] = read.samples;
  return (
    <figure className={classes.preview} data-testid="steps-preview" aria-busy={isAsking}>
      <figcaption>
        <span>
          {read.input_shape === null || read.input_shape === undefined
            ? t("steps.preview.none")
            : t("steps.preview.shape", { shape: read.input_shape.join(" x ") })}
        </span>
        {first !== undefined && isRandom && (
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<IconRefresh size={12} aria-hidden />}
            onClick={again}
            data-testid="steps-again"
          >
            {t("steps.preview.again")}
          </Button>
        )}
      </figcaption>
      {first !== undefined && (first.before !== "" ? <Pictures pairs={read.samples} /> : <Rows read={read} />)}
    </figure>
  );
}

function Pictures({ pairs }: { pairs: readonly Pair[] }) {
  const { t } = useTranslation("training");
  return (
    <table className={classes.pictures}>
      <tbody>
        {(["before", "after"] as const).map((side) => (
          <tr key={side}>
            <th scope="row">{t(`steps.preview.${side}`)}</th>
            {pairs.map((pair, place) => {
              const label = side === "before" ? pair.label : pair.label_after;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the samples are always the same, in the same order
                <td key={place}>
                  <img src={pair[side]} alt={t(`steps.preview.${side}Of`, { label })} title={label} />
                  {side === "after" && <span>{label}</span>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rows({ read }: { read: StepsRead }) {
  const { t } = useTranslation("training");
  return (
    <>
      {(["before", "after"] as const).map((side) => (
        <div key={side} className={classes.rows}>
          <table>
            <caption>{t(`steps.preview.${side}`)}</caption>
            <thead>
              <tr>
                {(side === "before" ? read.header_before : read.header_after)?.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {read.samples.slice(0, 4).map((pair, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the samples are always the same, in the same order
                <tr key={place}>
                  {(side === "before" ? pair.cells_before : pair.cells_after)?.map((cell, column) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is known by its column
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ))}
    </>
  );
}
