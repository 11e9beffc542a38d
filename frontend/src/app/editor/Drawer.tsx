import { IconX } from "@tabler/icons-react";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { givesFocusBack, ReasonedIcon, Splitter } from "@/ui";
import styles from "./editor.module.css";
import { PANEL_LIMITS } from "./usePanels";

interface DrawerProps {
  /** The namespace of the panel's words; also its id. */
  name: "problems" | "costs" | "code" | "weights";
  Panel: ComponentType<{ end?: ReactNode }>;
  size: number;
  onSize: (size: number) => void;
  onClose: () => void;
}

/** The drawer below the canvas. */
export function Drawer({ name, Panel, size, onSize, onClose }: DrawerProps) {
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
      <section
        ref={givesFocusBack}
        className={styles.drawer}
        id={name}
        style={{ height: size }}
        aria-label={t("title")}
      >
        <Panel
          end={
            <ReasonedIcon label={t("close")} onClick={onClose}>
              <IconX size={16} aria-hidden />
            </ReasonedIcon>
          }
        />
      </section>
    </>
  );
}
