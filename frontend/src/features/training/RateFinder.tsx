import { Button, Loader } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type RateFinderRead, sentenceOf, type TrainingConfig } from "@/api";
import { useEditor, useEditorStore } from "@/features/editor";
import { formatExact, ReasonedButton, Sentence } from "@/ui";
import { useForm } from "./form";
import { cancelRates, findRates, ratesQuery } from "./queries";
import { RatePicture } from "./RatePicture";
import { formatRate, rateNow, roundRate, sweptOf, takeRate } from "./rates";
import rateClasses from "./rates.module.css";
import classes from "./training.module.css";

/** A sweep, and what it is of: it falls away as soon as that is something else. */
interface Order {
  of: string;
  id: string;
}

/** Looks for a learning rate by a short sweep of it over the real run. */
export function RateFinder() {
  const { t } = useTranslation("training");
  const store = useEditorStore();
  const { form, config } = useForm();
  const network = useEditor((state) => state.document.network);
  const blocks = useEditor((state) => state.document.blocks);
  const of = sweptOf(config, network, blocks);
  const [order, setOrder] = useState<Order | null>(null);
  if (order !== null && order.of !== of) setOrder(null);
  const id = order?.id ?? null;
  useEffect(() => {
    if (id === null) return;
    // Its worker is of no more use; where the server cannot be told now, a sweep ends by itself.
    return () => void cancelRates(id).catch(() => undefined);
  }, [id]);
  const begin = useMutation({
    mutationFn: async (swept: string): Promise<Order> => ({
      of: swept,
      id: (await findRates(store.getState().document, config as TrainingConfig)).id,
    }),
    onSuccess: setOrder,
  });
  const { data: found, error: lost } = useQuery({ ...ratesQuery(id ?? ""), enabled: id !== null });
  const isOver = found?.state === "over" || lost !== null;
  const error = begin.error !== null && begin.variables === of ? begin.error : id === null ? null : lost;
  return (
    <div className={rateClasses.finder} data-testid="rates">
      <ReasonedButton
        variant="default"
        size="compact-sm"
        reason={form.reason}
        hint={t("rates.hint")}
        loading={begin.isPending || (id !== null && !isOver)}
        leftSection={<IconChartLine size={14} aria-hidden />}
        onClick={() => begin.mutate(of)}
        data-testid="rates-find"
      >
        {t("rates.button")}
      </ReasonedButton>
      {id !== null && !isOver && (
        <div className={rateClasses.progress}>
          <Loader size={14} aria-hidden />
          <span className={classes.hint} role="status">
            {sayProgress(t, found)}
          </span>
          <Button variant="default" size="compact-xs" onClick={() => setOrder(null)} data-testid="rates-cancel">
            {t("rates.cancel")}
          </Button>
        </div>
      )}
      {error !== null && <p className={classes.wrong}>{sentenceOf(error)}</p>}
      {id !== null && found !== undefined && <Found found={found} isOver={isOver} />}
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation<"training">>["t"];

function sayProgress(t: Translate, found: RateFinderRead | undefined): string {
  if (found?.state === "waiting") return t("rates.waiting");
  const step = found?.rates?.length ?? 0;
  if (found === undefined || step === 0) return t("rates.preparing");
  return t("rates.progress", { step: formatExact(step), all: formatExact(found.num_steps ?? 0) });
}

function Found({ found, isOver }: { found: RateFinderRead; isOver: boolean }) {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const now = rateNow(config);
  const numPoints = found.smoothed?.length ?? 0;
  const last = formatRate(roundRate(found.rates?.at(-1) ?? 0));
  const takes = (["steepest", "tenth"] as const).flatMap((name) => {
    const rate = found[name];
    return typeof rate === "number" ? [{ name, rate: roundRate(rate) }] : [];
  });
  return (
    <figure className={rateClasses.figure}>
      {numPoints > 1 && <RatePicture found={found} now={now} />}
      {isOver && numPoints > 1 && typeof found.end === "string" && (
        <p className={classes.hint}>{t(`rates.end.${found.end}`, { rate: last })}</p>
      )}
      {typeof found.sentence === "string" && (
        <p className={classes.wrong} role="status">
          <Sentence text={found.sentence} />
        </p>
      )}
      {typeof found.note === "string" && <p className={classes.hint}>{found.note}</p>}
      <div className={rateClasses.takes}>
        {takes.map(({ name, rate }) => (
          <Button
            key={name}
            variant={now === rate ? "filled" : "light"}
            size="compact-sm"
            aria-pressed={now === rate}
            onClick={() => form.change(takeRate(config, rate))}
            data-testid={`rates-take-${name}`}
          >
            {t(`rates.take.${name}`, { rate: formatRate(rate) })}
          </Button>
        ))}
      </div>
    </figure>
  );
}
