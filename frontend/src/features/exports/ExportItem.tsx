import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { formatBytes } from "@/ui";
import styles from "./exports.module.css";

interface ExportItemProps {
  icon: ReactNode;
  title: string;
  /** The file's ending, `.onnx`. */
  suffix: string;
  about: string;
  bytes?: number | null;
  /** Why it cannot be had now; the item stays within reach of the keyboard and says so. */
  reason?: string | null;
  onClick?: () => void;
  testId: string;
}

/** A format: its name, its size where that is known, and one sentence what it is for. */
export function ExportItem({ icon, title, suffix, about, bytes, reason, onClick, testId }: ExportItemProps) {
  return (
    <Menu.Item
      className={styles.item}
      leftSection={icon}
      closeMenuOnClick={!reason}
      aria-disabled={reason ? true : undefined}
      data-off={reason ? true : undefined}
      data-testid={testId}
      onClick={reason ? undefined : onClick}
    >
      <span className={styles.head}>
        <b>{title}</b>
        <span className={styles.suffix}>{suffix}</span>
        {bytes != null && <span className={styles.size}>{formatBytes(bytes)}</span>}
      </span>
      <span className={styles.about}>{about}</span>
      {reason && <span className={styles.reason}>{reason}</span>}
    </Menu.Item>
  );
}
