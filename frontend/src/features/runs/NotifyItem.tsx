import { Menu } from "@mantine/core";
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { keep, readKept } from "@/ui";
import { isFinal, runWords } from "./runWords";

const KEY = "netwright-notify";

const isKnown = () => typeof Notification !== "undefined";

export interface Notify {
  isOn: boolean;
  /** The browser forbids it, or knows no notifications. */
  isBlocked: boolean;
  toggle: () => void;
}

/** Tells of the run's end through the browser, where a person has switched that on; the switch asks for permission. */
export function useNotify(run: RunRead): Notify {
  const { t } = useTranslation("control");
  const { t: say } = useTranslation("runs");
  const [isOn, setOn] = useState(() => isKnown() && Notification.permission === "granted" && readKept(KEY) === "on");
  const [isBlocked, setBlocked] = useState(() => !isKnown() || Notification.permission === "denied");
  const before = useRef(run.state);
  const { sentence } = runWords(run);
  useEffect(() => {
    const hasEnded = isFinal(run.state) && !isFinal(before.current);
    before.current = run.state;
    if (!hasEnded || !isOn) return;
    const title = t(`notify.${run.state === "failed" ? "failed" : run.state === "stopped" ? "stopped" : "completed"}`, {
      name: run.name,
    });
    new Notification(title, { body: run.message ?? say(sentence), tag: run.id, icon: "/favicon.svg" });
  }, [run.state, run.name, run.message, run.id, isOn, sentence, t, say]);
  const toggle = () => {
    if (isOn) {
      keep(KEY, null);
      setOn(false);
      return;
    }
    void Notification.requestPermission().then((answer) => {
      keep(KEY, answer === "granted" ? "on" : null);
      setOn(answer === "granted");
      setBlocked(answer === "denied");
    });
  };
  return { isOn, isBlocked, toggle };
}

/** The menu's switch for the browser's notification at the end of a run. */
export function NotifyItem({ isOn, isBlocked, toggle }: Notify) {
  const { t } = useTranslation("control");
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
        if (!isBlocked) toggle();
      }}
      data-testid="run-notify"
    >
      {t(isOn ? "notify.on" : "notify.off")}
      {isBlocked && <small>{` ${t("notify.blocked")}`}</small>}
    </Menu.Item>
  );
}
