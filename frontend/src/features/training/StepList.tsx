import { Button, NativeSelect } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconGripVertical, IconX } from "@tabler/icons-react";
import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Choice, OptionRead } from "@/api";
import { type JsonSchema, ReasonedIcon, SchemaForm, Sentence } from "@/ui";
import { useForm } from "./form";
import { setParam } from "./formConfig";
import { describeParams, type ListName, moveStep, placeAt, removeStep } from "./steps";
import classes from "./steps.module.css";

interface Props {
  name: ListName;
  label: string;
  steps: readonly Choice[];
  options: readonly OptionRead[];
  onChange: (steps: Choice[]) => void;
  /** Why the last step cannot be taken away, where it cannot. */
  lastReason?: string | undefined;
}

/** An ordered list that a person adds to, takes from, and puts in order by dragging or with the arrow keys. */
export function StepList({ name, label, steps, options, onChange, lastReason }: Props) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const list = useRef<HTMLOListElement>(null);
  const headingId = useId();
  const [open, setOpen] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const [said, setSaid] = useState("");

  const move = (from: number, to: number) => {
    if (to < 0 || to >= steps.length || from === to) return;
    onChange(moveStep(steps, from, to));
    setOpen((before) => (before === from ? to : null));
    setSaid(t("steps.moved", { type: steps[from]?.type, place: to + 1, count: steps.length }));
    // The keyboard stays with the step that moved.
    requestAnimationFrame(() => handleOf(list.current, to)?.focus());
  };
  const remove = (at: number) => {
    if (lastReason !== undefined && steps.length === 1) return;
    onChange(removeStep(steps, at));
    setOpen(null);
    setSaid(t("steps.removed", { type: steps[at]?.type }));
    requestAnimationFrame(() => handleOf(list.current, Math.min(at, steps.length - 2))?.focus());
  };
  const whole = form.problems.filter((problem) => problem.field === `data.${name}`);

  return (
    <div className={classes.list}>
      <h4 id={headingId}>{label}</h4>
      <ol ref={list} aria-labelledby={headingId} data-testid={`steps-${name}`}>
        {steps.map((step, place) => (
          <Step
            // biome-ignore lint/suspicious/noArrayIndexKey: a list may hold one type twice, only the place tells them apart
            key={`${place} ${step.type}`}
            name={name}
            step={step}
            place={place}
            isDragged={drag?.from === place}
            drop={
              drag === null || drag.to !== place || drag.from === place ? null : drag.to < drag.from ? "above" : "below"
            }
            isOpen={open === place}
            option={options.find((one) => one.type === step.type)}
            removeReason={steps.length === 1 ? lastReason : undefined}
            onToggle={() => setOpen((before) => (before === place ? null : place))}
            onMove={(to) => move(place, to)}
            onRemove={() => remove(place)}
            onParams={(next) => onChange(steps.with(place, next))}
            onFix={(mended) => {
              onChange(mended);
              setOpen(null);
            }}
            onDrag={(y) => {
              const to = placeAt(y, middlesOf(list.current));
              setDrag((before) => ({ from: before?.from ?? place, to }));
            }}
            onDrop={() => {
              if (drag !== null) move(drag.from, drag.to);
              setDrag(null);
            }}
            onCancel={() => setDrag(null)}
          />
        ))}
      </ol>
      {whole.map(({ message }) => (
        <Wrong key={message} message={message} fix={form.steps.fixAt(name, null)} onFix={onChange} />
      ))}
      <NativeSelect
        size="xs"
        aria-label={t(`steps.add.${name}`)}
        data-testid={`steps-add-${name}`}
        value=""
        data={[
          { value: "", label: t(`steps.add.${name}`) },
          ...options.map((option) => ({ value: option.type, label: nameOf(option) })),
        ]}
        onChange={(event) => {
          onChange([...steps, { type: event.currentTarget.value, params: {} }]);
          setOpen(steps.length);
        }}
      />
      <p className={classes.said} aria-live="polite">
        {said}
      </p>
    </div>
  );
}

/** PyTorch's name, and in words where these say more. */
function nameOf({ type, title }: OptionRead): string {
  return title.replaceAll(" ", "").toLowerCase() === type.toLowerCase() ? type : `${type} (${title})`;
}

function itemsOf(list: HTMLOListElement | null): HTMLElement[] {
  return list === null ? [] : [...list.querySelectorAll<HTMLElement>(":scope > li")];
}

function handleOf(list: HTMLOListElement | null, place: number): HTMLElement | null | undefined {
  return itemsOf(list)[place]?.querySelector<HTMLElement>("[data-handle]");
}

function middlesOf(list: HTMLOListElement | null): number[] {
  return itemsOf(list).map((item) => {
    const { top, height } = item.getBoundingClientRect();
    return top + height / 2;
  });
}

interface StepProps {
  name: ListName;
  step: Choice;
  place: number;
  isDragged: boolean;
  /** Where the step that is dragged would come to stand, seen from this one. */
  drop: "above" | "below" | null;
  isOpen: boolean;
  option: OptionRead | undefined;
  removeReason: string | undefined;
  onToggle: () => void;
  onMove: (to: number) => void;
  onRemove: () => void;
  onParams: (step: Choice) => void;
  onFix: (steps: Choice[]) => void;
  onDrag: (y: number) => void;
  onDrop: () => void;
  onCancel: () => void;
}

const NO_SCHEMA: JsonSchema = {};

function Step({ name, step, place, isDragged, drop, isOpen, option, removeReason, ...does }: StepProps) {
  const { t } = useTranslation("training");
  const { form } = useForm();
  const dragging = useRef(false);
  const schema = (option?.params_schema as JsonSchema | undefined) ?? NO_SCHEMA;
  const hasParams = Object.keys(schema.properties ?? {}).length > 0;
  const problems = form.problems.filter((problem) => problem.field === `data.${name}.${place}`);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowUp: place - 1, ArrowDown: place + 1 }[event.key];
    if (to !== undefined) does.onMove(to);
    else if (event.key === "Delete" || event.key === "Backspace") does.onRemove();
    else if (event.key === "Escape" && dragging.current) {
      dragging.current = false;
      does.onCancel();
    } else return;
    event.preventDefault();
  };
  const end = (event: PointerEvent, isDrop: boolean) => {
    if (!dragging.current) return;
    dragging.current = false;
    event.currentTarget.releasePointerCapture(event.pointerId);
    if (isDrop) does.onDrop();
    else does.onCancel();
  };
  return (
    <li
      className={classes.step}
      data-dragged={isDragged || undefined}
      data-drop={drop ?? undefined}
      data-wrong={problems.length > 0 || undefined}
    >
      <div className={classes.row}>
        <button
          type="button"
          data-handle
          className={classes.handle}
          aria-label={t("steps.handle", { type: step.type, place: place + 1 })}
          title={t("steps.handleHint")}
          aria-keyshortcuts="ArrowUp ArrowDown Delete"
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            dragging.current = true;
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => dragging.current && does.onDrag(event.clientY)}
          onPointerUp={(event) => end(event, true)}
          onPointerCancel={(event) => end(event, false)}
        >
          <IconGripVertical size={14} aria-hidden />
        </button>
        <button type="button" className={classes.name} aria-expanded={isOpen} onClick={does.onToggle}>
          {isOpen ? <IconChevronDown size={12} aria-hidden /> : <IconChevronRight size={12} aria-hidden />}
          <span className={classes.type}>{step.type}</span>
          <span className={classes.params}>{describeParams(step)}</span>
        </button>
        <ReasonedIcon
          size="sm"
          label={t("steps.remove", { type: step.type })}
          reason={removeReason}
          onClick={does.onRemove}
        >
          <IconX size={14} aria-hidden />
        </ReasonedIcon>
      </div>
      {isOpen && (
        <div className={classes.form}>
          <p className={classes.about}>
            <Sentence text={option?.description ?? t("unknownChoice", { type: step.type })} />
          </p>
          {hasParams && (
            <SchemaForm
              schema={schema}
              values={step.params ?? {}}
              onChange={(param, value) => does.onParams(setParam(step, param, value))}
            />
          )}
        </div>
      )}
      {problems.map(({ message }) => (
        <Wrong key={message} message={message} fix={form.steps.fixAt(name, place)} onFix={does.onFix} />
      ))}
    </li>
  );
}

interface WrongProps {
  message: string;
  fix: { label: string; steps: Choice[] } | null;
  onFix: (steps: Choice[]) => void;
}

/** A fault with the way out, as a button. */
function Wrong({ message, fix, onFix }: WrongProps) {
  return (
    <div className={classes.wrong} role="alert">
      <p>
        <Sentence text={message} />
      </p>
      {fix !== null && (
        <Button variant="default" size="compact-xs" onClick={() => onFix(fix.steps)}>
          <Sentence text={fix.label} />
        </Button>
      )}
    </div>
  );
}
