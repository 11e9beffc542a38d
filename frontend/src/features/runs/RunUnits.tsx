import { useTranslation } from "react-i18next";
import { type UnitsEvent, UnitsTable } from "@/features/units";
import panels from "./runs.module.css";

/** How the units behind each activation fare. */
export function RunUnits({ events }: { events: readonly UnitsEvent[] }) {
  const { t } = useTranslation("units");
  return (
    <section className={panels.panel} aria-labelledby="run-units" data-testid="run-units">
      <h2 id="run-units" className={panels.heading}>
        {t("title")}
      </h2>
      <UnitsTable events={events} label={t("table")} />
    </section>
  );
}
