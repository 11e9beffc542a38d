import { Menu } from "@mantine/core";
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { notices, toggleNotices } from "@/ui";

/** The menu's switch for the browser's notification at the end of a run. */
export function NotifyItem() {
  const { t } = useTranslation("control");
  const { isOn, isBlocked } = useStore(notices);
  const Icon = isOn ? IconBell : IconBellOff;
  return (
    <Menu.Item
      leftSection={<Icon size={16} aria-hidden />}
      role="menuitemcheckbox"
      aria-checked={isOn}
      aria-disabled={isBlocked}
      data-disabled={isBlocked || undefined}
      closeMenuOnClick={false}
      onClick={() => {
        if (!isBlocked) void toggleNotices();
      }}
      data-testid="run-notify"
    >
      {t(isOn ? "notify.on" : "notify.off")}
      {isBlocked && <small>{` ${t("notify.blocked")}`}</small>}
    </Menu.Item>
  );
}
