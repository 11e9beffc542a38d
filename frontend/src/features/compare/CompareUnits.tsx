import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, keys, type RunSummary, unwrap } from "@/api";
import { UnitsTable } from "@/features/units";
import { LineSkeletons } from "@/ui";
import classes from "./compare.module.css";

const MAX_EVENTS = 1000;

/** How the units of each run fare, beneath each other: why one activation learns more slowly than another. */
export function CompareUnits({ runs }: { runs: readonly RunSummary[] }) {
  const { t, i18n } = useTranslation("compare");
  const answers = useQueries({
    queries: runs.map((run) => ({
      // A run that goes on has more to tell; what a layer means is said in the page's language.
      queryKey: [...keys.run(run.id), "units", run.state, run.epoch, i18n.language],
      queryFn: () =>
        unwrap(
          api.GET("/api/runs/{id}/events", {
            params: { path: { id: run.id }, query: { types: "units", limit: MAX_EVENTS } },
          }),
        ),
      placeholderData: <T,>(before: T) => before,
    })),
  });
  return (
    <div data-testid="compare-units">
      {runs.map((run, at) => {
        const { data, error } = answers[at] ?? { data: undefined, error: null };
        const events = (data?.events ?? []).filter((event) => event.type === "units");
        return (
          <div key={run.id} className={classes.units}>
            <h2>{run.name}</h2>
            {error !== null && <p className={classes.warning}>{error.message}</p>}
            {data === undefined && error === null && <LineSkeletons lines={3} />}
            {data !== undefined && events.length === 0 && <p>{t("units:none", { run: run.name })}</p>}
            <UnitsTable events={events} label={run.name} />
          </div>
        );
      })}
    </div>
  );
}
