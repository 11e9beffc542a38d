import { Button, Slider, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { PredictRead, TrialRead } from "@/api";
import { formatPercent } from "@/ui";
import masks from "./masks.module.css";
import classes from "./tryout.module.css";

type Mask = NonNullable<PredictRead["predictions"][number]["mask"]>;

interface Props {
  trial: TrialRead;
  mask: Mask;
  /** The picture in the pixels of the mask. */
  seen: string;
}

const FIRST_OPACITY = 60;

/** The mask over its picture, as strong as wanted, and which colour is which class. */
export function MaskAnswer({ trial, mask, seen }: Props) {
  const { t } = useTranslation("tryout");
  const [opacity, setOpacity] = useState(FIRST_OPACITY);
  const colors = trial.mask_colors ?? [];
  return (
    <div data-testid="mask-answer">
      <figure className={masks.figure}>
        <img src={seen} alt={t("mask.picture")} />
        <img
          src={mask.png}
          alt={t("mask.over")}
          className={masks.cover}
          style={{ opacity: opacity / 100 }}
          data-testid="mask-cover"
        />
      </figure>
      <div className={classes.padTools}>
        <Text size="sm" id="mask-opacity">
          {t("mask.opacity")}
        </Text>
        <Slider
          w={160}
          size="sm"
          min={0}
          max={100}
          value={opacity}
          onChange={setOpacity}
          label={(value) => formatPercent(value / 100)}
          thumbProps={{ "aria-labelledby": "mask-opacity" }}
        />
        <Button
          component="a"
          href={mask.png}
          download="mask.png"
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={14} aria-hidden />}
          title={t("mask.fileHint")}
        >
          {t("mask.file")}
        </Button>
      </div>
      <table className={masks.legend}>
        <caption className={classes.quiet}>{t("mask.legend")}</caption>
        <tbody>
          {mask.shares.map((share, label) => (
            <tr key={trial.classes[label] ?? label}>
              <th scope="row">
                <i style={{ background: colors[label] || "transparent" }} aria-hidden />
                {colors[label] ? trial.classes[label] : t("mask.clear", { name: trial.classes[label] })}
              </th>
              <td title={String(share)}>{formatPercent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {typeof mask.certainty === "number" && (
        <p className={classes.quiet}>{t("mask.certainty", { share: formatPercent(mask.certainty) })}</p>
      )}
    </div>
  );
}
