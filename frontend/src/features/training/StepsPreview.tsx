import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StepsRead } from "@/api";
import { LineSkeletons, rangeOf, SeriesLines, Tokens } from "@/ui";
import { useForm } from "./form";
import classes from "./steps.module.css";

type Pair = StepsRead["samples"][number];

const NUM_CURVES = 4;
const NUM_TEXTS = 3;
/** A curve of more points takes the room of two. */
const MAX_NARROW_POINTS = 120;

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
      {first !== undefined && <Samples read={read} first={first} />}
    </figure>
  );
}

function Samples({ read, first }: { read: StepsRead; first: Pair }) {
  const { picture, channels = [], tokens = [] } = first.before;
  if (picture !== "") return <Pictures pairs={read.samples} />;
  if (channels.length > 0) return <Curves pairs={read.samples} />;
  return tokens.length > 0 ? <Texts pairs={read.samples} /> : <Rows read={read} />;
}

interface BesideProps {
  pairs: readonly Pair[];
  draw: (sample: Pair["before"], side: "before" | "after", label: string) => ReactNode;
}

/** Two rows of samples: as they come, and below as the network gets them. */
function Beside({ pairs, draw }: BesideProps) {
  const { t } = useTranslation("training");
  return (
    <table className={classes.pictures}>
      <tbody>
        {(["before", "after"] as const).map((side) => (
          <tr key={side}>
            <th scope="row">{t(`steps.preview.${side}`)}</th>
            {pairs.map((pair, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the samples are always the same, in the same order
              <td key={place}>{draw(pair[side], side, side === "before" ? pair.label : pair.label_after)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pictures({ pairs }: { pairs: readonly Pair[] }) {
  const { t } = useTranslation("training");
  return (
    <Beside
      pairs={pairs}
      draw={({ picture, mask }, side, label) => (
        <>
          <div className={classes.stack}>
            <img src={picture} alt={t(`steps.preview.${side}Of`, { label })} title={label} />
            {mask !== "" && <img src={mask} alt={t("steps.preview.mask")} />}
          </div>
          {side === "after" && <span>{label}</span>}
        </>
      )}
    />
  );
}

function shorten(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Series, each picture with its own range: what matters is how the curve changes. */
function Curves({ pairs }: { pairs: readonly Pair[] }) {
  const { t } = useTranslation("training");
  const isLong = (pairs[0]?.before.channels?.[0]?.length ?? 0) > MAX_NARROW_POINTS;
  return (
    <Beside
      pairs={pairs.slice(0, isLong ? NUM_CURVES / 2 : NUM_CURVES)}
      draw={({ channels = [] }, side, label) => {
        const [low, high] = rangeOf(channels);
        return (
          <>
            <SeriesLines
              channels={channels}
              label={t(`steps.preview.${side}Of`, { label })}
              width={isLong ? 240 : 120}
              height={60}
            />
            <span>{`${shorten(low)} … ${shorten(high)}`}</span>
          </>
        );
      }}
    />
  );
}

/** Texts as they stand, and token by token as the network gets them. */
function Texts({ pairs }: { pairs: readonly Pair[] }) {
  const { t } = useTranslation("training");
  return (
    <ol className={classes.texts}>
      {pairs.slice(0, NUM_TEXTS).map(({ before, after, label }, place) => {
        const { tokens = [], indices = [], num_padding: padding = 0 } = after;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the samples are always the same, in the same order
          <li key={place}>
            <p title={label}>{before.tokens?.join("")}</p>
            <p>
              <Tokens tokens={tokens} indices={indices} />
              {padding > 0 && t("steps.preview.padding", { count: padding })}
            </p>
          </li>
        );
      })}
    </ol>
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
                  {pair[side].cells?.map((cell, column) => (
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
