import { IconGitBranch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRead } from "@/api";
import { formatExact } from "@/ui";
import classes from "./control.module.css";

/** Which checkpoint of which run this one began with. */
export function RunOrigin({ origin }: { origin: RunRead["origin"] }) {
  const { t } = useTranslation("control");
  if (origin === null) return null;
  return (
    <p className={classes.origin} data-testid="run-origin">
      <IconGitBranch size={14} aria-hidden />
      <span>
        {t(`origin.${origin.mode}`, { step: formatExact(origin.step), epoch: formatExact(origin.epoch) })}{" "}
        <Link to={`/runs/${origin.run}`}>{origin.name}</Link>
      </span>
    </p>
  );
}
