import { IconPlugConnectedX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useConnection } from "@/api";
import styles from "./Frame.module.css";

/** Says that the server does not answer, once, and goes by itself when it is back. */
export function ConnectionNote() {
  const { t } = useTranslation();
  const isOffline = useConnection() === "offline";
  return (
    <div role="status" aria-live="polite">
      {isOffline && (
        <span className={styles.note} title={t("connection.detail")}>
          <IconPlugConnectedX size={16} stroke={1.6} aria-hidden />
          {t("connection.offline")}
        </span>
      )}
    </div>
  );
}
