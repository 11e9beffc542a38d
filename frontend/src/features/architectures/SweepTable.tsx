import { useTranslation } from "react-i18next";
import type { ArchitectureRead } from "@/api";
import { formatExact } from "@/ui";
import styles from "./architectures.module.css";

type Sweep = NonNullable<ArchitectureRead["sweep"]>;

/** How the parameters of some nodes follow one parameter of the network. */
export function SweepTable({ sweep }: { sweep: Sweep }) {
  const { t } = useTranslation("architectures");
  return (
    <section aria-label={t("sweep.title", { parameter: sweep.parameter })}>
      <h2 className={styles.heading}>{t("sweep.title", { parameter: sweep.parameter })}</h2>
      <table className={styles.sweep}>
        <thead>
          <tr>
            <th scope="col">
              <code>{sweep.parameter}</code>
            </th>
            {sweep.values.map((value) => (
              <th key={value} scope="col">
                {value}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(sweep.nodes).map(([node, counts]) => (
            <tr key={node}>
              <th scope="row">
                <code>{node}</code>
              </th>
              {counts.map((count, at) => (
                <td key={sweep.values[at]}>{formatExact(count)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
