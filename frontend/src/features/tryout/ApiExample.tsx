import { useTranslation } from "react-i18next";
import type { TrialRead } from "@/api";
import { CopyButton } from "@/ui";
import classes from "./tryout.module.css";

/** What is sent for one sample of the data, of whatever kind but a picture. */
function exampleBody(trial: TrialRead): unknown {
  if (trial.text) return { texts: [trial.text.example] };
  if (trial.graph) return { samples: [0] };
  if (trial.series) return { series: [trial.series.example] };
  return { rows: [Object.fromEntries(trial.fields?.map((field) => [field.name, field.example ?? null]) ?? [])] };
}

/** Digits that a float32 has for certain: 5.1 is read from one as 5.099999904632568. */
const FLOAT32_DIGITS = 7;

function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(FLOAT32_DIGITS));
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "number" ? short(part) : part));
}

/** As Python writes it. */
function toPython(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(short(value));
  if (Array.isArray(value)) return `[${value.map(toPython).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, part]) => `${JSON.stringify(key)}: ${toPython(part)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** What is done with the answers: a picture is saved, its data URL cut off. */
const AFTER = {
  print: ["print(predictions)"],
  mask: [
    'mask = predictions[0]["mask"]',
    'Path("mask.png").write_bytes(base64.b64decode(mask["png"].partition(",")[2]))  # its pixels are class indices',
    'print(mask["shares"])',
  ],
  rebuilt: [
    'rebuilt = predictions[0]["rebuilt"]',
    'Path("rebuilt.png").write_bytes(base64.b64decode(rebuilt["png"].partition(",")[2]))',
    'print(rebuilt["mean_absolute_error"])',
  ],
} as const;

/** Of graphs: one of one's own, so that both ways to ask stand there. */
export function graphCall(trial: TrialRead): string | null {
  return trial.graph?.example ? JSON.stringify({ graphs: [trial.graph.example] }) : null;
}

export function curlCall(trial: TrialRead, origin: string): string {
  const url = `${origin}/api/checkpoints/${trial.checkpoint_id}/predict`;
  const head = [
    `curl ${url} \\`,
    '  -H "Authorization: Bearer $NETWRIGHT_TOKEN" \\',
    '  -H "Content-Type: application/json" \\',
  ];
  if (trial.kind === "image") {
    return [
      `echo "{\\"pictures\\": [\\"$(base64 -w0 picture.png)\\"]}" | ${head[0]}`,
      ...head.slice(1),
      "  --data-binary @-",
    ].join("\n");
  }
  // A quote of a shell's string ends it: '\'' is one within.
  const body = toJson(exampleBody(trial)).replaceAll("'", "'\\''");
  return [...head, `  -d '${body}'`].join("\n");
}

export function pythonCall(trial: TrialRead, origin: string): string {
  const url = `${origin}/api/checkpoints/${trial.checkpoint_id}/predict`;
  const isPicture = trial.kind === "image";
  const body = isPicture
    ? '{"pictures": [base64.b64encode(Path("picture.png").read_bytes()).decode()]}'
    : toPython(exampleBody(trial));
  return [
    ...(isPicture ? ["import base64", "import json"] : ["import json"]),
    "import os",
    "import urllib.request",
    ...(isPicture ? ["from pathlib import Path"] : []),
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url)},`,
    `    data=json.dumps(${body}).encode(),`,
    "    headers={",
    `        "Authorization": f"Bearer {os.environ['NETWRIGHT_TOKEN']}",`,
    '        "Content-Type": "application/json",',
    "    },",
    ")",
    "with urllib.request.urlopen(request) as answer:",
    '    predictions = json.load(answer)["predictions"]',
    ...AFTER[
      trial.task === "segmentation" ? "mask" : trial.task === "reconstruction" && isPicture ? "rebuilt" : "print"
    ],
  ].join("\n");
}

/** How a program asks this checkpoint. The page itself cannot read the token: it says where it stands. */
export function ApiExample({ trial }: { trial: TrialRead }) {
  const { t } = useTranslation("tryout");
  const calls = [
    { name: "curl", text: curlCall(trial, location.origin) },
    { name: "Python", text: pythonCall(trial, location.origin) },
  ];
  const graph = graphCall(trial);
  return (
    <section className={classes.panel} aria-label={t("part.api")} data-testid="try-api">
      <p className={classes.quiet}>{t("api.hint")}</p>
      <p className={classes.quiet}>{t("api.token")}</p>
      {calls.map(({ name, text }) => (
        <div key={name} className={classes.call}>
          <header>
            <h2 className={classes.heading}>{name}</h2>
            <CopyButton text={text} label={t("api.copy", { name })} />
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide text is scrolled with the keyboard */}
          <pre tabIndex={0}>{text}</pre>
        </div>
      ))}
      {graph !== null && (
        <div className={classes.call}>
          <header>
            <h2 className={classes.heading}>{t("api.graph")}</h2>
            <CopyButton text={graph} label={t("api.copyGraph")} />
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide text is scrolled with the keyboard */}
          <pre tabIndex={0}>{graph}</pre>
        </div>
      )}
    </section>
  );
}
