import { Modal, TextInput } from "@mantine/core";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useStore } from "zustand";
import { type Edge, edgesBetween, judgeAll, type PortRef, portsAt, reportPrefix, type Verdict } from "@/document";
import { focusAtOnce } from "@/ui";
import { hereOf } from "../commands/command";
import { useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

interface Choice {
  source: PortRef;
  target: PortRef;
  label: string;
  verdict: Verdict;
  /** The wire that is there already. */
  joined: Edge | null;
}

/** Connecting by keyboard: the ports that the selected node's outputs can go to, found by typing. */
export function ConnectDialog() {
  const { canvas } = useEditorContext();
  const dialog = useStore(canvas, (state) => state.dialog);
  if (dialog?.kind !== "connect") return null;
  const { node, input, output, among } = dialog;
  return <Choose key={`${node} ${input} ${output} ${among}`} {...{ node, input, output, among }} />;
}

interface ChooseProps {
  node: string;
  input: string | undefined;
  output: string | undefined;
  among: readonly string[] | undefined;
}

function Choose({ node, input, output, among }: ChooseProps) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const [all] = useState(() => {
    const state = store.getState();
    const found = input === undefined ? choicesFrom(state, node) : choicesInto(state, node, input);
    const other = ({ source, target }: Choice) => (input === undefined ? target : source);
    return found.filter(
      (choice) =>
        (among === undefined || among.includes(other(choice).node)) &&
        (output === undefined || choice.source.port === output),
    );
  });
  const choices = useMemo(
    () => all.filter(({ label }) => label.toLowerCase().includes(query.toLowerCase())),
    [all, query],
  );
  const close = () => {
    canvas.setState({ dialog: null });
    canvas.getState().view?.reveal(node);
  };

  function take(choice: Choice | undefined): void {
    if (!choice || (!choice.verdict.legal && !choice.joined)) return;
    const values = { source: choice.source.node, target: choice.target.node };
    if (choice.joined) store.getState().disconnect([choice.joined]);
    else store.getState().connect(choice.source, choice.target);
    canvas.setState({ notice: { key: choice.joined ? "notice.disconnected" : "notice.connected", values } });
    close();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) {
      event.preventDefault();
      setActive((active + step + choices.length) % choices.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(choices[active]);
    }
  }

  const optionId = (index: number) => `connect-choice-${index}`;
  const nothing = all.length === 0 ? t("connectDialog.noOutput", { node }) : t("connectDialog.none");
  const title =
    input === undefined ? t("connectDialog.title", { node }) : t("connectDialog.titleInto", { node, input });
  return (
    <Modal opened onClose={close} title={title} returnFocus={false}>
      <TextInput
        ref={focusAtOnce}
        data-autofocus
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        placeholder={t("connectDialog.search")}
        aria-label={t("connectDialog.search")}
        role="combobox"
        aria-expanded
        aria-controls="connect-choices"
        aria-activedescendant={choices.length > 0 ? optionId(active) : undefined}
      />
      {choices.length === 0 && <p className={classes.quiet}>{nothing}</p>}
      <div id="connect-choices" role="listbox" aria-label={t("connectDialog.list")} className={classes.choices}>
        {choices.map((choice, index) => (
          <ChoiceLine
            key={choice.label}
            id={optionId(index)}
            choice={choice}
            isActive={index === active}
            onTake={() => take(choice)}
          />
        ))}
      </div>
    </Modal>
  );
}

interface ChoiceLineProps {
  id: string;
  choice: Choice;
  isActive: boolean;
  onTake: () => void;
}

function ChoiceLine({ id, choice, isActive, onTake }: ChoiceLineProps) {
  const t = useEditorWords();
  const { verdict, joined } = choice;
  const why = joined ? t("connectDialog.joined") : verdict.reason ? say(t, verdict.reason) : "";
  const isPossible = verdict.legal || joined !== null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the combobox above.
    <div
      id={id}
      ref={(element) => {
        if (isActive) element?.scrollIntoView({ block: "nearest" });
      }}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      aria-disabled={!isPossible}
      data-fits={verdict.fits || undefined}
      onClick={onTake}
    >
      <span>{choice.label}</span>
      <small>{why}</small>
    </div>
  );
}

type State = Parameters<typeof hereOf>[0];

/** Every port that an output of `node` could go to: what can be done first, then what cannot, each in drawing order. */
function choicesFrom(state: State, node: string): Choice[] {
  const here = hereOf(state);
  const level = { document: state.document, block: here.block, catalogue: state.catalogue };
  const prefix = reportPrefix(state.report, here.path);
  const outputs = portsAt(level, node).outputs;
  const choices = outputs.flatMap(({ name }): Choice[] => {
    const source = { node, port: name };
    const verdicts = judgeAll(source, "source", level, state.report, prefix);
    return [...verdicts].flatMap(([id, ports]) =>
      [...ports].map(([port, verdict]): Choice => {
        const target = { node: id, port };
        const from = outputs.length > 1 ? `${name} → ` : "";
        const to = ports.size > 1 ? `${id}.${port}` : id;
        const joined = edgesBetween(source, target, level)[0] ?? null;
        return { source, target, label: from + to, verdict, joined };
      }),
    );
  });
  return choices.filter(({ target }) => target.node !== node).sort((a, b) => rank(a) - rank(b));
}

/** Every port that could feed an input of `node`, in the same order. */
function choicesInto(state: State, node: string, input: string): Choice[] {
  const here = hereOf(state);
  const level = { document: state.document, block: here.block, catalogue: state.catalogue };
  const target = { node, port: input };
  const verdicts = judgeAll(target, "target", level, state.report, reportPrefix(state.report, here.path));
  const choices = [...verdicts].flatMap(([id, ports]) =>
    [...ports].map(([port, verdict]): Choice => {
      const source = { node: id, port };
      const joined = edgesBetween(source, target, level)[0] ?? null;
      return { source, target, label: ports.size > 1 ? `${id}.${port}` : id, verdict, joined };
    }),
  );
  return choices.filter(({ source }) => source.node !== node).sort((a, b) => rank(a) - rank(b));
}

function rank({ verdict, joined }: Choice): number {
  if (joined) return 2;
  return verdict.legal ? (verdict.fits ? 0 : 1) : 3;
}
