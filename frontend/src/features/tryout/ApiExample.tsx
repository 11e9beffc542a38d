import { useTranslation } from "react-i18next";
import type { TrialRead } from "@/api";
import { CopyButton } from "@/ui";
import classes from "./tryout.module.css";

/** A body of JSON for one sample of the data, of whatever kind but a picture. */
function exampleBody(trial: TrialRead): string {
  if (trial.text) return JSON.stringify({ texts: [trial.text.example] });
  if (trial.graph) return JSON.stringify({ samples: [0] });
  if (trial.series) return JSON.stringify({ series: [trial.series.example] });
  return `{"rows": [${exampleRow(trial)}]}`;
}

function exampleRow(trial: TrialRead): string {
  const row = Object.fromEntries(trial.fields?.map((field) => [field.name, field.example ?? null]) ?? []);
  return JSON.stringify(row);
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
  const body = exampleBody(trial).replaceAll("'", "'\\''");
  return [...head, `  -d '${body}'`].join("\n");
}

export function pythonCall(trial: TrialRead, origin: string): string {
  const url = `${origin}/api/checkpoints/${trial.checkpoint_id}/predict`;
  const isPicture = trial.kind === "image";
  const body = isPicture
    ? '{"pictures": [base64.b64encode(Path("picture.png").read_bytes()).decode()]}'
    : trial.kind === "table"
      ? `{"rows": [json.loads(${JSON.stringify(exampleRow(trial))})]}`
      : `json.loads(${JSON.stringify(exampleBody(trial))})`;
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
