import { useLocalStorage } from "@mantine/hooks";
import { IconHelpCircle } from "@tabler/icons-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { blockNameOf, idProblem, type Node, reportAt, type resolveLevel } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { ProblemItem } from "@/features/problems";
import { InlineEdit, ReasonedIcon, readFields, SchemaForm } from "@/ui";
import { BlockSection } from "./BlockSection";
import { Costs } from "./Costs";
import { Documentation } from "./Documentation";
import styles from "./inspector.module.css";
import { NodeSwitches } from "./NodeSwitches";
import { schemaOf } from "./schemas";
import { useNaming } from "./useNaming";
import { useNodeProblems, useSettings } from "./useSettings";

export type OpenLevel = ReturnType<typeof resolveLevel>;

export function NodeInspector({ node, level }: { node: Node; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const catalogue = useEditor((state) => state.catalogue);
  const document = useEditor((state) => state.document);
  const report = useEditor((state) => reportAt(state.report, state.level, node.id));
  const layer = catalogue.get(node.type);
  const schema = useMemo(
    () => schemaOf(node, document, catalogue, (followers) => t("setsOf", { followers })),
    [node, document, catalogue, t],
  );
  const fields = useMemo(() => new Set(schema === null ? [] : readFields(schema).map(({ name }) => name)), [schema]);
  const problems = useNodeProblems(node, level.blockName, fields);

  return (
    <>
      <NodeHead
        node={node}
        level={level}
        family={layer?.family ?? (blockNameOf(node.type) === null ? "unknown" : "block")}
      />
      {problems.others.length + problems.inside.length > 0 && (
        <div className={styles.problems}>
          {problems.others.map((problem) => (
            <ProblemItem key={`${problem.code} ${problem.field} ${problem.message}`} problem={problem} hidePlace />
          ))}
          {problems.inside.map((problem) => (
            <ProblemItem
              key={`${problem.path} ${problem.code} ${problem.field} ${problem.message}`}
              problem={problem}
            />
          ))}
        </div>
      )}
      {blockNameOf(node.type) !== null && <BlockSection node={node} level={level} />}
      {schema === null ? (
        <div className={styles.section}>
          <p className={styles.note}>{t("unknownType", { type: node.type })}</p>
          <pre className={styles.raw}>{JSON.stringify(node.params, null, 2)}</pre>
        </div>
      ) : (
        fields.size > 0 && <NodeForm node={node} level={level} schema={schema} problems={problems.byField} />
      )}
      <NodeSwitches node={node} level={level} />
      {report !== undefined && <Costs report={report} />}
      {layer !== undefined && <Documentation documentation={layer.documentation} />}
    </>
  );
}

function NodeHead({ node, level, family }: { node: Node; level: OpenLevel; family: string }) {
  const { t } = useTranslation("inspector");
  const words = useTranslation("editor").t;
  const store = useEditorStore();

  function problemOf(id: string): string | null {
    const taken = new Set(level.block.nodes.filter((other) => other !== node).map((other) => other.id));
    const problem = idProblem(id, taken);
    return problem === null ? null : words(problem.key, problem.values ?? {});
  }

  return (
    <header className={styles.head} style={{ borderLeftColor: `var(--nw-family-${family}, var(--nw-text-quiet))` }}>
      <h2 className={styles.id}>
        <InlineEdit
          isMono
          label={t("id")}
          value={node.id}
          problemOf={problemOf}
          onChange={(id) => store.getState().renameNode(node.id, id)}
        />
      </h2>
      <span className={styles.type}>{blockNameOf(node.type) ?? node.type}</span>
    </header>
  );
}

interface NodeFormProps {
  node: Node;
  level: OpenLevel;
  schema: NonNullable<ReturnType<typeof schemaOf>>;
  problems: ReturnType<typeof useNodeProblems>["byField"];
}

/** Whether descriptions stand under the fields: one choice for all forms, kept in this browser. */
export function useDescriptions() {
  return useLocalStorage({ key: "netwright-descriptions", defaultValue: true, getInitialValueInEffect: false });
}

function NodeForm({ node, level, schema, problems }: NodeFormProps) {
  const { t } = useTranslation("inspector");
  const [hasDescriptions, setDescriptions] = useDescriptions();
  const ids = useMemo(() => [node.id], [node.id]);
  const { change, settle } = useSettings(ids, level.blockName);
  const naming = useNaming(node.id, level.blockName);
  const names = useMemo(() => Object.keys(level.block.parameters), [level.block.parameters]);
  return (
    <div className={styles.section}>
      <div className={styles.sectionHead}>
        <h3>{t("settings")}</h3>
        <ReasonedIcon
          size="sm"
          label={hasDescriptions ? t("hideDescriptions") : t("showDescriptions")}
          aria-pressed={hasDescriptions}
          onClick={() => setDescriptions(!hasDescriptions)}
        >
          <IconHelpCircle size={16} aria-hidden />
        </ReasonedIcon>
      </div>
      <SchemaForm
        schema={schema}
        values={node.params}
        onChange={change}
        onSettled={settle}
        problems={problems}
        expressionNames={names}
        naming={naming}
        showDescriptions={hasDescriptions}
      />
    </div>
  );
}
