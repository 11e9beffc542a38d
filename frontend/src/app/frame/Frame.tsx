import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { useStore } from "zustand";
import { loadPart } from "@/api";
import { TourStrip } from "@/features/tour";
import { notices, PageBarProvider, PageBarSlot } from "@/ui";
import { loadAllWords } from "../language";
import { readAheadOfLinks } from "../saving/reading";
import { ConnectionNote } from "./ConnectionNote";
import styles from "./Frame.module.css";
import { Rail } from "./Rail";
import { SignInHelp } from "./SignInHelp";

const RunNotices = lazy(() =>
  loadPart(async () => {
    const [runs] = await Promise.all([import("@/features/runs"), loadAllWords()]);
    return { default: runs.RunNotices };
  }),
);

/** What stands around every page: the rail of places on the left, one bar at the top. */
export function Frame() {
  const { t } = useTranslation();
  const isTelling = useStore(notices, ({ isOn }) => isOn);
  useEffect(readAheadOfLinks, []);
  return (
    <PageBarProvider>
      <a className={styles.skip} href="#main">
        {t("frame.skip")}
      </a>
      <div className={styles.frame}>
        <Rail />
        <section className={styles.bar} aria-label={t("frame.bar")}>
          <PageBarSlot className={styles.slot} />
          <ConnectionNote />
        </section>
        <TourStrip />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to scroll it. */}
        <main id="main" tabIndex={0} className={styles.main}>
          <Outlet />
        </main>
      </div>
      <SignInHelp />
      {isTelling && (
        <Suspense>
          <RunNotices />
        </Suspense>
      )}
    </PageBarProvider>
  );
}
