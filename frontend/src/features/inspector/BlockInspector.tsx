import { Button } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import {
  followersOf,
  freeParameterName,
  merge,
  NETWORK,
  parameterProblem,
  removeParameter,
  renameParameter,
} from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { InlineEdit, NumberBox, type NumberShape, ReasonedIcon } from "@/ui";
import { BlockList } from "./BlockList";
import { BlockName } from "./BlockName";
import { CommandButton } from "./BlockSection";
import { BlockUses } from "./BlockUses";
import styles from "./inspector.module.css";
import type { OpenLevel } from "./NodeInspector";

const FIRST_VALUE = 16;
const ANY: NumberShape = { kind: "number", isInteger: false, min: null, max: null, isMinOpen: false, isMaxOpen: false };

/** Nothing is selected: the parameters of the block that is open, and the document's blocks. */
export function BlockInspector({ level }: { level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const name = useEditor((state) => state.document.name);
  const isNetwork = level.blockName === NETWORK;
  return (
    <>
      <header className={styles.head}>
        <h2 className={styles.id}>{isNetwork ? name : <BlockName name={level.blockName} />}</h2>
        <span className={styles.type}>{isNetwork ? t("network") : t("block")}</span>
      </header>
      {!isNetwork && (
        <div className={styles.actions} data-padded>
          <BlockUses name={level.blockName} />
          <CommandButton id="leaveBlock" />
          <CommandButton id="saveBlock" />
        </div>
      )}
      {level.block.nodes.length > 0 && <p className={styles.note}>{t("nothingSelected")}</p>}
      <Parameters level={level} />
      <BlockList />
    </>
  );
}

function Parameters({ level }: { level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const { blockName, block } = level;
  const names = Object.keys(block.parameters);
  return (
    <div className={styles.section}>
      <h3>{t("blockParameters")}</h3>
      <p className={styles.text}>{t("blockParametersHint")}</p>
      <ul className={styles.rows}>
        {names.map((name) => (
          <ParameterRow key={name} name={name} value={block.parameters[name] ?? 0} level={level} />
        ))}
      </ul>
      <Button
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => store.getState().setBlockParameter(freeParameterName(block), FIRST_VALUE, blockName)}
      >
        {t("addParameter")}
      </Button>
    </div>
  );
}

function ParameterRow({ name, value, level }: { name: string; value: number; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const { blockName, block } = level;
  const followers = followersOf(block, name);

  function problemOf(next: string): string | null {
    const problem = next === name ? null : parameterProblem(next, block);
    return problem === null ? null : t(problem, { name: next });
  }

  function rename(next: string) {
    const { document, applyEdits } = store.getState();
    applyEdits(renameParameter(document, blockName, name, next), {
      label: { key: "history.set_parameter", values: { name: next } },
    });
  }

  return (
    <li className={styles.parameter}>
      <InlineEdit isMono label={t("parameterName", { name })} value={name} problemOf={problemOf} onChange={rename} />
      <NumberBox
        label={t("parameterValue", { name })}
        shape={ANY}
        value={value}
        onChange={(next) => {
          if (typeof next !== "number") return;
          const edit = { op: "set_parameter" as const, block: blockName, name, value: next };
          store.getState().applyEdits([edit], { history: merge(`parameter ${blockName} ${name}`) });
        }}
        onSettled={() => store.getState().sealHistory()}
      />
      <ReasonedIcon
        label={t("removeParameter", { name })}
        onClick={() => {
          const { document, applyEdits } = store.getState();
          applyEdits(removeParameter(document, blockName, name), {
            label: { key: "history.removeParameter", values: { name } },
          });
        }}
      >
        <IconTrash size={16} aria-hidden />
      </ReasonedIcon>
      <span className={styles.followers}>
        {followers.length > 0 ? t("setsOf", { followers: followers.join(", ") }) : t("setsNothing")}
      </span>
    </li>
  );
}
