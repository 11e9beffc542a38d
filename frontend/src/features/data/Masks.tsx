import { Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import panels from "./data.module.css";
import classes from "./masks.module.css";

interface Props {
  pictures: DatasetPreview["pictures"];
  /** Over each picture its mask. */
  masks: readonly string[];
  /** One a class; the first is clear. */
  colors: readonly string[];
  names: readonly string[];
}

/** Pictures with their masks over them, and which colour is which class. */
export function Masks({ pictures, masks, colors, names }: Props) {
  const { t } = useTranslation("data");
  const [isShown, setShown] = useState(true);
  const pairs = pictures.map(({ data }, place) => ({ number: place + 1, picture: data, mask: masks[place] }));
  return (
    <section data-testid="dataset-masks" className={panels.panel} aria-labelledby="data-masks">
      <div className={classes.head}>
        <h2 id="data-masks" className={panels.heading}>
          {t("masks.title")}
        </h2>
        <Switch
          size="xs"
          label={t("masks.show")}
          checked={isShown}
          onChange={(event) => setShown(event.currentTarget.checked)}
        />
      </div>
      <ul className={classes.legend}>
        {names.map((name, label) => (
          <li key={name}>
            <i style={{ background: colors[label] || "transparent" }} />
            {colors[label] ? name : t("masks.clear", { name })}
          </li>
        ))}
      </ul>
      <div className={classes.pictures}>
        {pairs.map(({ number, picture, mask }) => (
          <figure key={number}>
            <img src={picture} alt={t("masks.picture", { number })} />
            {isShown && <img src={mask} alt={t("masks.of", { number })} className={classes.cover} />}
          </figure>
        ))}
      </div>
    </section>
  );
}
