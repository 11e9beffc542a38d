import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { QueueRead } from "@/api";
import classes from "./control.module.css";

type Props = Pick<QueueRead["devices"][number], "device" | "paused">;

/** The runs that rest and keep their device: those that wait for it would wait for ever. */
export function Holders({ device, paused }: Props) {
  const { t } = useTranslation("control");
  return paused.map(({ id, name }) => (
    <p key={id} className={classes.holder} data-testid="queue-holder">
      <Link to={`/runs/${id}`}>{name}</Link> {t("queue.holds", { device })}
    </p>
  ));
}
