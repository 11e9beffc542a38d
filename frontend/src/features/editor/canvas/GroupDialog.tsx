import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useStore } from "zustand";
import {
  type Block,
  blockNameProblem,
  ENTRY_TYPE,
  EXIT_TYPE,
  groupEdits,
  groupProblem,
  suggestBlockName,
} from "@/document";
import { focusAtOnce } from "@/ui";
import { hereOf } from "../commands/command";
import { useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** Asks for the name of the block that is made of the selected nodes, and says what its ports and parameters will be. */
export function GroupDialog() {
  const { canvas } = useEditorContext();
  const dialog = useStore(canvas, (state) => state.dialog);
  if (dialog?.kind !== "group") return null;
  return <NameBlock key={dialog.nodes.join(" ")} nodes={dialog.nodes} />;
}

function NameBlock({ nodes }: { nodes: readonly string[] }) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const { document, catalogue } = store.getState();
  const here = hereOf(store.getState());
  const level = { document, block: here.block, catalogue };
  const [name, setName] = useState(() => suggestBlockName(level, nodes));
  const problem = groupProblem(level, nodes) ?? blockNameProblem(document, name.trim());
  const plan = problem ? null : groupEdits(level, here.blockName, nodes, name.trim());
  const [first] = plan?.edits ?? [];
  const definition = first?.op === "set_block" ? (first.definition as Block | null) : null;

  function close(): void {
    canvas.setState({ dialog: null });
    canvas.getState().view?.focus();
  }

  function make(event: FormEvent): void {
    event.preventDefault();
    if (!plan) return;
    store.getState().applyEdits(plan.edits, {
      label: { key: "history.group", values: { name: name.trim() } },
      select: { nodes: [plan.id], edges: [] },
    });
    canvas.setState({ dialog: null, notice: { key: "notice.grouped", values: { name: name.trim(), id: plan.id } } });
    canvas.getState().view?.reveal(plan.id);
  }

  return (
    <Modal opened onClose={close} title={t("groupDialog.title", { count: nodes.length })} returnFocus={false}>
      <form onSubmit={make} className={classes.form}>
        <TextInput
          ref={focusAtOnce}
          data-autofocus
          onFocus={(event) => event.currentTarget.select()}
          label={t("groupDialog.name")}
          description={t("groupDialog.nameHint")}
          value={name}
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          error={problem && say(t, problem)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {definition && <Ports definition={definition} />}
        <div className={classes.formActions}>
          <Button variant="default" onClick={close}>
            {t("dialog.cancel")}
          </Button>
          <Button type="submit" disabled={plan === null}>
            {t("groupDialog.make")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Ports({ definition }: { definition: Block }) {
  const t = useEditorWords();
  const idsOf = (type: string) => definition.nodes.filter((node) => node.type === type).map(({ id }) => id);
  const rows = [
    [t("groupDialog.inputs"), idsOf(ENTRY_TYPE)],
    [t("groupDialog.outputs"), idsOf(EXIT_TYPE)],
    [t("groupDialog.parameters"), Object.keys(definition.parameters)],
  ] as const;
  return (
    <dl className={classes.facts}>
      {rows.map(([label, names]) => (
        <div key={label} className={classes.factRow}>
          <dt>{label}</dt>
          <dd>{names.length > 0 ? <code>{names.join(", ")}</code> : t("groupDialog.none")}</dd>
        </div>
      ))}
    </dl>
  );
}
