import { IconX } from "@tabler/icons-react";
import type { PropsWithChildren } from "react";
import { useTranslation } from "react-i18next";
import { ReasonedIcon, Splitter } from "@/ui";
import styles from "./editor.module.css";
import { PANEL_LIMITS } from "./usePanels";

interface DrawerProps {
  name: "problems" | "code";
  size: number;
  onSize: (size: number) => void;
  onClose: () => void;
}

/** The drawer below the canvas. */
export function Drawer({ name, size, onSize, onClose, children }: PropsWithChildren<DrawerProps>) {
  const { t } = useTranslation(name);
  return (
    <>
      <Splitter
        label={t("app:editor.drawerHeight")}
        axis="y"
        panel="after"
        size={size}
        {...PANEL_LIMITS.drawer}
        onChange={onSize}
        onFold={onClose}
      />
      <section className={styles.drawer} id={name} style={{ height: size }} aria-label={t("title")}>
        <div className={styles.drawerContent}>{children}</div>
        <div className={styles.close}>
          <ReasonedIcon label={t("close")} onClick={onClose}>
            <IconX size={16} aria-hidden />
          </ReasonedIcon>
        </div>
      </section>
    </>
  );
}
