import { IconBooks, IconDatabase, IconSchema, IconTimeline } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import styles from "./Frame.module.css";
import { LanguageSwitch } from "./LanguageSwitch";
import { ThemeSwitch } from "./ThemeSwitch";

const PLACES = [
  { to: "/networks", key: "networks", Icon: IconSchema },
  { to: "/architectures", key: "architectures", Icon: IconBooks },
  { to: "/data", key: "data", Icon: IconDatabase },
  { to: "/runs", key: "runs", Icon: IconTimeline },
] as const;

export function Rail() {
  const { t } = useTranslation();
  return (
    <nav className={styles.rail} aria-label={t("frame.places")}>
      <Link to="/networks" className={styles.logo} aria-label="Netwright">
        <img src="/favicon.svg" alt="" width={28} height={28} />
      </Link>
      {PLACES.map(({ to, key, Icon }) => (
        <NavLink key={to} to={to} className={styles.place}>
          <Icon size={20} stroke={1.6} aria-hidden />
          {t(`frame.${key}`)}
        </NavLink>
      ))}
      <div className={styles.spacer} />
      <LanguageSwitch className={styles.railButton} />
      <ThemeSwitch className={styles.railButton} />
    </nav>
  );
}
