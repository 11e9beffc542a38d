import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import classes from "./data.module.css";

/** A few pictures of each class, a row for each. */
export function Pictures({ pictures }: { pictures: DatasetPreview["pictures"] }) {
  const { t } = useTranslation("data");
  const byClass = new Map<string, string[]>();
  for (const { label, data } of pictures) byClass.set(label, [...(byClass.get(label) ?? []), data]);
  return (
    <section data-testid="dataset-pictures" className={classes.panel} aria-labelledby="data-pictures">
      <h2 id="data-pictures" className={classes.heading}>
        {t("pictures.title")}
      </h2>
      <div className={classes.pictures}>
        {[...byClass].map(([label, urls]) => (
          <div key={label} className={classes.pictureRow}>
            <span className={classes.pictureLabel} title={label}>
              {label}
            </span>
            {urls.map((url) => (
              <img key={url} src={url} alt={t("pictures.of", { name: label })} loading="lazy" />
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}
