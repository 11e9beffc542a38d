import { ActionIcon, Popover, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconFilter, IconHelp } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { QueryFault } from "./query";
import classes from "./table.module.css";

interface Props {
  text: string;
  faults: readonly QueryFault[];
  onChange: (text: string) => void;
}

const EXAMPLES = [
  "state:completed,stopped",
  "val/Accuracy>0.9",
  "last.val/loss<0.2",
  "tag:baseline",
  "lr<=0.01",
  "parameters>1M",
  "duration<10m",
  "created<2d",
  "-device:cpu",
];

/** The filter in words, what is wrong with it told at its place, and what can be written. */
export function QueryBox({ text, faults, onChange }: Props) {
  const { t } = useTranslation("desk");
  // What is being written is kept here: the address follows too late for a quick typist.
  const [draft, setDraft] = useState<string | null>(null);
  const faultId = useId();
  const shown = draft ?? text;
  const write = (next: string) => {
    setDraft(next);
    onChange(next);
  };
  return (
    <div className={classes.query}>
      <TextInput
        size="xs"
        type="search"
        aria-label={t("query.label")}
        placeholder={t("query.placeholder")}
        leftSection={<IconFilter size={14} aria-hidden />}
        rightSection={<Help onTake={(example) => write(`${shown} ${example}`.trim())} />}
        value={shown}
        data-invalid={faults.length > 0 || undefined}
        aria-invalid={faults.length > 0}
        aria-describedby={faults.length > 0 ? faultId : undefined}
        onChange={(event) => write(event.currentTarget.value)}
        onBlur={() => setDraft(null)}
        data-testid="runs-query"
      />
      {faults.length > 0 && (
        <div id={faultId} className={classes.faults} role="status" data-testid="runs-query-faults">
          {faults.map((fault) => (
            <p key={`${fault.from} ${fault.key}`}>
              <code>
                {shown.slice(0, fault.from)}
                <mark>{shown.slice(fault.from, fault.to) || " "}</mark>
                {shown.slice(fault.to)}
              </code>
              <span>{faultSentence(fault, t)}</span>
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

function faultSentence(fault: QueryFault, t: ReturnType<typeof useTranslation<"desk">>["t"]): string {
  if (fault.key !== "unknown") return t(`fault.${fault.key}`, fault.values);
  return t(fault.values.similar === "" ? "fault.unknown" : "fault.unknownSimilar", fault.values);
}

function Help({ onTake }: { onTake: (example: string) => void }) {
  const { t } = useTranslation("desk");
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} width={360} position="bottom-end" withArrow shadow="md">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t("query.help")}
          title={t("query.help")}
          onClick={() => setOpen(!isOpen)}
        >
          <IconHelp size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb="xs">
          {t("query.how")}
        </Text>
        <ul className={classes.examples}>
          {EXAMPLES.map((example) => (
            <li key={example}>
              <UnstyledButton onClick={() => onTake(example)} title={t("query.take")}>
                <code>{example}</code>
              </UnstyledButton>
            </li>
          ))}
        </ul>
        <Text size="xs" c="dimmed" mt="xs">
          {t("query.names")}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
