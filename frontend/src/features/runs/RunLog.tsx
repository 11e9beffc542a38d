import { Anchor, Group, Switch, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatTime } from "@/ui";
import { LogSearch } from "./LogSearch";
import { piecesOf } from "./logText";
import type { LogLine } from "./runSession";
import classes from "./runs.module.css";

/** So many lines are drawn at first, and more each time that one asks for earlier ones. */
const SHOWN_LINES = 1000;
/** This close to its end a log counts as read to the end. */
const NEAR_END_PX = 24;

/** What the worker said. Follows its end until one scrolls up; what is searched stands alone or among its neighbours. */
export function RunLog({ runId, lines }: { runId: string; lines: readonly LogLine[] }) {
  const { t } = useTranslation("runs");
  const [text, setText] = useState("");
  const [isAlone, setAlone] = useState(true);
  const [current, setCurrent] = useState<LogLine["id"] | null>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [numShown, setNumShown] = useState(SHOWN_LINES);
  const box = useRef<HTMLDivElement>(null);
  const textOf = useLineText();
  const wanted = text.trim();
  const hits = wanted === "" ? [] : lines.filter((line) => piecesOf(textOf(line), wanted).length > 1);
  const found = wanted !== "" && isAlone ? hits : lines;
  const shown = found.slice(-numShown);
  const numEarlier = Math.min(found.length - shown.length, SHOWN_LINES);
  const hasAttempts = lines.some((line) => line.attempt > 1);
  const place = hits.findIndex((line) => line.id === current);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what it follows
  useEffect(() => {
    const element = box.current;
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight;
  }, [shown.length, shown.at(-1)?.id, isFollowing]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: among its neighbours it stands elsewhere
  useEffect(() => {
    if (current !== null) box.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [current, isAlone]);

  const follow = () => {
    const element = box.current;
    if (element === null) return;
    setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX);
  };

  const showEarlier = () => {
    setFollowing(false);
    setNumShown(numShown + SHOWN_LINES);
  };

  /** To the next one below or above, and round; the first step goes to the newest. */
  const step = (by: 1 | -1) => {
    const to = place === -1 ? hits.length - 1 : (place + by + hits.length) % hits.length;
    const hit = hits[to];
    if (hit === undefined) return;
    setFollowing(false);
    setNumShown(Math.max(numShown, found.length - found.indexOf(hit)));
    setCurrent(hit.id);
  };

  return (
    <section className={classes.panel} aria-label={t("log.title")}>
      <Group mb="xs" gap="lg">
        <LogSearch
          text={text}
          onText={setText}
          place={place}
          numHits={hits.length}
          onStep={step}
          isAlone={isAlone}
          onAlone={setAlone}
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
          <p className={classes.hint}>{wanted === "" ? t("log.empty") : t("log.nothing", { text: wanted })}</p>
        )}
        {numEarlier > 0 && (
          <Anchor component="button" type="button" size="sm" onClick={showEarlier}>
            {t("log.earlier", { count: numEarlier })}
          </Anchor>
        )}
        {shown.map((line) => (
          <div
            key={line.id}
            className={classes.line}
            data-level={line.level}
            aria-current={(wanted !== "" && line.id === current) || undefined}
          >
            <time>{formatTime(line.time)}</time>
            {hasAttempts && <span className={classes.attempt}>{t("log.attempt", { attempt: line.attempt })}</span>}
            <Marked text={textOf(line)} wanted={wanted} />
          </div>
        ))}
      </div>
    </section>
  );
}

/** A line in words, in the page's language where the worker said it by a key. */
function useLineText(): (line: LogLine) => string {
  const { t } = useTranslation("runs");
  return (line) => {
    if (line.say === undefined) return line.message;
    const { key, values } = line.say;
    const state = typeof values.state === "string" ? t(`state.${values.state}`).toLowerCase() : "";
    const kind = typeof values.kind === "string" ? t(`checkpoints.kinds.${values.kind}`).toLowerCase() : "";
    return t(key, { ...values, state, kind });
  };
}

function Marked({ text, wanted }: { text: string; wanted: string }) {
  if (wanted === "") return <span>{text}</span>;
  return (
    <span>
      {piecesOf(text, wanted).map((piece, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name, and every second one is a hit
        index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece,
      )}
    </span>
  );
}
