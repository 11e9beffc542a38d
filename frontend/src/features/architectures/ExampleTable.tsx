import { useTranslation } from "react-i18next";
import type { ArchitectureRead } from "@/api";
import styles from "./architectures.module.css";

type Example = NonNullable<ArchitectureRead["example"]>;

/** A worked example: the channels that go in, the weights, the channels that come out, number by number. */
export function ExampleTable({ example }: { example: Example }) {
  const { t } = useTranslation("architectures");
  return (
    <section aria-label={t("example.title")}>
      <h2 className={styles.heading}>{t("example.title")}</h2>
      <Channels
        cells={example.input}
        caption={(number) => t(example.names.length > 0 ? "example.numbers" : "example.input", { number })}
      />
      {Object.entries(example.weights).map(([name, rows]) => (
        <div key={name} className={styles.weights}>
          <code>{name}</code>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows never move
            <code key={at}>[{(row as unknown[]).flat(2).join(", ")}]</code>
          ))}
        </div>
      ))}
      <Channels
        cells={example.result}
        caption={(number) => example.names[number - 1] ?? t("example.result", { number, output: example.output })}
      />
    </section>
  );
}

function Channels({ cells, caption }: { cells: number[][][]; caption: (number: number) => string }) {
  return (
    <div className={styles.channels}>
      {cells.map((channel, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: channels have no name but their number, and never move
        <table key={at} className={styles.channel}>
          <caption>{caption(at + 1)}</caption>
          <tbody>
            {channel.map((row, y) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <tr key={y}>
                {row.map((value, x) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={x}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
