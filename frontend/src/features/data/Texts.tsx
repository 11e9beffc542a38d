import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import { Tokens } from "@/ui";
import classes from "./data.module.css";

type Example = NonNullable<DatasetPreview["texts"]>[number];

/** A few texts of each class as the network meets them: token by token, with the index of each. */
export function Texts({ texts }: { texts: readonly Example[] }) {
  const { t } = useTranslation("data");
  return (
    <section className={classes.panel} aria-labelledby="data-texts">
      <h2 id="data-texts" className={classes.heading}>
        {t("texts.title")}
      </h2>
      <p className={classes.quiet}>{t("texts.hint")}</p>
      <dl className={classes.texts}>
        {texts.map(({ tokens, indices, label, num_left_out: rest }, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text is its place in the answer
          <div key={number}>
            <dt>{label}</dt>
            <dd>
              <Tokens tokens={tokens} indices={indices} />
              {rest > 0 && <span className={classes.quiet}>{t("texts.more", { count: rest })}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
