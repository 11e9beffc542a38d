import { Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TrialRead } from "@/api";
import classes from "./tryout.module.css";

interface Props {
  shape: NonNullable<TrialRead["text"]>;
  value: string;
  onChange: (text: string) => void;
}

/** A text to be answered; it begins with one of the data. */
export function TextInput({ shape, value, onChange }: Props) {
  const { t } = useTranslation("tryout");
  return (
    <section className={classes.panel} aria-label={t("text.title")} data-testid="try-text">
      <h2 className={classes.heading}>{t("text.title")}</h2>
      <p className={classes.quiet}>{t("text.hint", { count: shape.max_tokens })}</p>
      <Textarea
        aria-label={t("text.title")}
        autosize
        minRows={5}
        maxRows={18}
        maxLength={100_000}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </section>
  );
}
