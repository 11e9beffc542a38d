/** Whether this browser tells of runs that end; chosen on a run's page, obeyed on every page. */

import { createStore } from "zustand/vanilla";
import { keep, readKept } from "./kept";

const KEY = "netwright-notify";

const isKnown = () => typeof Notification !== "undefined";

export interface Notices {
  isOn: boolean;
  /** The browser forbids it, or knows no notifications. */
  isBlocked: boolean;
}

export const notices = createStore<Notices>(() => ({
  isOn: isKnown() && Notification.permission === "granted" && readKept(KEY) === "on",
  isBlocked: !isKnown() || Notification.permission === "denied",
}));

/** Switches it; the browser asks the person the first time. */
export async function toggleNotices(): Promise<void> {
  if (notices.getState().isOn) {
    keep(KEY, null);
    notices.setState({ isOn: false });
    return;
  }
  const answer = await Notification.requestPermission();
  keep(KEY, answer === "granted" ? "on" : null);
  notices.setState({ isOn: answer === "granted", isBlocked: answer === "denied" });
}
