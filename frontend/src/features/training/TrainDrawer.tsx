import { Button, CloseButton } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { EmptyState, LineSkeletons } from "@/ui";
import { SourceField, SplitFields } from "./DataSection";
import { FormContext } from "./form";
import { isSuggested } from "./formConfig";
import { LengthSection } from "./LengthSection";
import { MachineSection } from "./MachineSection";
import { ObjectiveSection } from "./ObjectiveSection";
import { OptimizerSection } from "./OptimizerSection";
import { ScheduleSection } from "./ScheduleSection";
import { StartBar } from "./StartBar";
import { StepsSection } from "./StepsSection";
import { TaskField } from "./TaskField";
import classes from "./training.module.css";
import { useTrainForm } from "./useTrainForm";
import { WeightsSection } from "./WeightsSection";

const NAME = "train";

/** The training form over the editor; open while the address says `?drawer=train`; `width` in pixels. */
export function TrainDrawer({ width }: { width: number }) {
  const [params, setParams] = useSearchParams();
  if (params.get("drawer") !== NAME) return null;
  const close = () =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      after.delete("drawer");
      return after;
    });
  return <Drawer width={width} onClose={close} />;
}

function Drawer({ width, onClose }: { width: number; onClose: () => void }) {
  const { t } = useTranslation("training");
  const form = useTrainForm();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const { config, options, failure } = form;
  const isChanged = config !== null && form.suggested !== undefined && !isSuggested(config, form.suggested);
  return (
    <div
      ref={panel}
      className={classes.drawer}
      style={{ width }}
      role="dialog"
      aria-label={t("title")}
      tabIndex={-1}
      data-testid="train-drawer"
      onKeyDown={(event) => {
        // What a key means on the canvas it does not mean here.
        event.stopPropagation();
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
    >
      <header className={classes.head}>
        <h2>{t("title")}</h2>
        {isChanged && (
          <Button variant="subtle" size="compact-xs" onClick={form.reset}>
            {t("useSuggested")}
          </Button>
        )}
        <CloseButton aria-label={t("close")} onClick={onClose} />
      </header>
      <div className={classes.body}>
        {failure !== null && (
          <EmptyState title={t("failed.load")} actions={<Button onClick={form.retry}>{t("again")}</Button>}>
            {failure.message}
          </EmptyState>
        )}
        {form.datasets === undefined && failure === null && <LineSkeletons lines={6} />}
        {form.datasets !== undefined && <SourceField form={form} />}
        {config !== null && options !== undefined && (
          <FormContext value={{ form, config, options }}>
            <TaskField />
            <SplitFields />
            <StepsSection />
            <WeightsSection />
            <ObjectiveSection />
            <OptimizerSection />
            <ScheduleSection />
            <LengthSection />
            <MachineSection />
          </FormContext>
        )}
        {config === null && failure === null && form.dataset?.state === "ready" && <LineSkeletons lines={8} />}
        {form.dataset !== undefined && form.dataset.state !== "ready" && (
          <p className={classes.hint}>{t("afterData")}</p>
        )}
      </div>
      <StartBar form={form} />
    </div>
  );
}
