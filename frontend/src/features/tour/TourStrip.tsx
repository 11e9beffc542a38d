import { Button } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { useStore } from "zustand";
import { ReasonedButton } from "@/ui";
import styles from "./tour.module.css";
import { endTour, goToStep, NUM_STEPS, tour } from "./tourStore";
import { useTour } from "./useTour";

/** Where the first step stands: the page of networks, which shows it among what it draws at once. */
const isFirst = (step: number | null) => step === 1;

/** The first step, which a first visit finds by itself; it takes the keyboard only where it was asked for. */
export function TourOffer({ hasExample }: { hasExample: boolean }) {
  const { step, isOver } = useStore(tour);
  const isAsked = isFirst(step);
  if (!isAsked && (step !== null || isOver || !hasExample)) return null;
  return <Strip step={1} takesFocus={isAsked} isInline />;
}

/** The steps after the first, between the bar and the page: they cover nothing. */
export function TourStrip() {
  const step = useStore(tour, (state) => state.step);
  const { pathname, search } = useLocation();
  // Whoever opens the form or starts the run without the tour's buttons is where its next step is.
  const isAtForm = new URLSearchParams(search).get("drawer") === "train";
  const isAtRun = /^\/runs\/(?!compare$)[^/]+$/.test(pathname);
  const isBefore = step === 2 || step === 3;
  useEffect(() => {
    if (isAtRun && isBefore) goToStep(NUM_STEPS);
  }, [isAtRun, isBefore]);
  useEffect(() => {
    if (isAtForm && tour.getState().step === 2) goToStep(3);
  }, [isAtForm]);
  return step === null || isFirst(step) ? null : <Strip key={step} step={step} takesFocus />;
}

interface StripProps {
  step: number;
  takesFocus: boolean;
  isInline?: boolean;
}

function Strip({ step, takesFocus, isInline = false }: StripProps) {
  const { t } = useTranslation("tour");
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) title.current?.focus();
  }, [takesFocus]);
  const end = () => {
    endTour();
    document.getElementById("main")?.focus();
  };
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault();
    end();
  }
  return (
    <section
      className={styles.strip}
      data-inline={isInline || undefined}
      aria-label={t("label")}
      data-testid="tour"
      data-step={step}
      onKeyDown={onKeyDown}
    >
      <span className={styles.count}>{t("count", { step, steps: NUM_STEPS })}</span>
      <div className={styles.words}>
        <h2 ref={title} tabIndex={-1} className={styles.title}>
          {t(`steps.${step}.title`)}
        </h2>
        <p className={styles.text}>{t(`steps.${step}.text`)}</p>
      </div>
      <Buttons step={step} onEnd={end} />
    </section>
  );
}

function Buttons({ step, onEnd }: { step: number; onEnd: () => void }) {
  const { t } = useTranslation("tour");
  const { isBusy, begin, lookInside, openForm, train } = useTour();
  const busy = isBusy ? t("busy") : null;
  const back = { 2: begin, 3: lookInside, 4: openForm }[step];
  const next = { 1: lookInside, 2: openForm, 3: train }[step];
  return (
    <div className={styles.buttons}>
      {isFirst(step) && (
        <Button loading={isBusy} onClick={() => void train()}>
          {t("train")}
        </Button>
      )}
      {next !== undefined && (
        <ReasonedButton variant={isFirst(step) ? "default" : "filled"} reason={busy} onClick={() => void next()}>
          {t(`next.${step}`)}
        </ReasonedButton>
      )}
      {back !== undefined && (
        <ReasonedButton variant="default" reason={busy} onClick={() => void back()}>
          {t("back")}
        </ReasonedButton>
      )}
      <Button
        variant={next === undefined ? "filled" : "subtle"}
        {...(next === undefined ? {} : { color: "gray" })}
        styles={next === undefined ? {} : { label: { color: "var(--nw-text)" } }}
        onClick={onEnd}
      >
        {t(next === undefined ? "finish" : "skip")}
      </Button>
    </div>
  );
}
