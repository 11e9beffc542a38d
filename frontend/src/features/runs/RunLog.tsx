import { Anchor, Group, Switch, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatTime } from "@/ui";
import type { LogLine } from "./runSession";
import classes from "./runs.module.css";

/** So many lines are drawn at first, and more each time that one asks for earlier ones. */
const SHOWN_LINES = 1000;
/** This close to its end a log counts as read to the end. */
const NEAR_END_PX = 24;

/** What the worker said. Follows its end until one scrolls up. */
export function RunLog({ runId, lines }: { runId: string; lines: readonly LogLine[] }) {
  const { t } = useTranslation("runs");
  const [text, setText] = useState("");
  const [isFollowing, setFollowing] = useState(true);
  const [numShown, setNumShown] = useState(SHOWN_LINES);
  const box = useRef<HTMLDivElement>(null);
  const wanted = text.trim().toLowerCase();
  const textOf = (line: LogLine) => {
    if (line.say === undefined) return line.message;
    const { key, values } = line.say;
    const state = typeof values.state === "string" ? t(`state.${values.state}`).toLowerCase() : "";
    const kind = typeof values.kind === "string" ? t(`checkpoints.kinds.${values.kind}`).toLowerCase() : "";
    return t(key, { ...values, state, kind });
  };
  const found = wanted === "" ? lines : lines.filter((line) => textOf(line).toLowerCase().includes(wanted));
  const shown = found.slice(-numShown);
  const numEarlier = Math.min(found.length - shown.length, SHOWN_LINES);
  const hasAttempts = lines.some((line) => line.attempt > 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what it follows
  useEffect(() => {
    const element = box.current;
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight;
  }, [shown.length, shown.at(-1)?.id, isFollowing]);

  const follow = () => {
    const element = box.current;
    if (element === null) return;
    setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX);
  };

  const showEarlier = () => {
    setFollowing(false);
    setNumShown(numShown + SHOWN_LINES);
  };

  return (
    <section className={classes.panel} aria-label={t("log.title")}>
      <Group mb="xs" gap="lg">
        <TextInput
          size="xs"
          w={260}
          type="search"
          aria-label={t("log.search")}
          placeholder={t("log.search")}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Switch
          size="xs"
          label={t("log.follow")}
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
        <Text size="sm" c="dimmed">
          {t("log.lines", { count: found.length })}
        </Text>
        <Anchor size="sm" href={`/api/runs/${runId}/log`} target="_blank" rel="noreferrer">
          {t("log.output")}
        </Anchor>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <div ref={box} className={classes.log} role="log" tabIndex={0} onScroll={follow} data-testid="run-log">
        {shown.length === 0 && (
          <p className={classes.hint}>{wanted === "" ? t("log.empty") : t("log.nothing", { text: text.trim() })}</p>
        )}
        {numEarlier > 0 && (
          <Anchor component="button" type="button" size="sm" onClick={showEarlier}>
            {t("log.earlier", { count: numEarlier })}
          </Anchor>
        )}
        {shown.map((line) => (
          <div key={line.id} className={classes.line} data-level={line.level}>
            <time>{formatTime(line.time)}</time>
            {hasAttempts && <span className={classes.attempt}>{t("log.attempt", { attempt: line.attempt })}</span>}
            <span>{textOf(line)}</span>
          </div>
        ))}
      </div>
    </section>
  );
}
