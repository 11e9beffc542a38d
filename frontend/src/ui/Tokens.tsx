import { useTranslation } from "react-i18next";
import classes from "./Tokens.module.css";

/** The index of every token that is not in the vocabulary. */
const UNKNOWN = 1;

interface TokensProps {
  /** Empty where an unknown one is known by its index alone. */
  tokens: readonly string[];
  indices: readonly number[];
}

/** A text as a network meets it: token by token, with the index of each. */
export function Tokens({ tokens, indices }: TokensProps) {
  const { t } = useTranslation("data");
  return tokens.map((token, place) => {
    const isUnknown = indices[place] === UNKNOWN;
    return (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the text
        key={place}
        className={classes.token}
        data-unknown={isUnknown || undefined}
        title={isUnknown ? t("texts.unknown") : t("texts.index", { index: indices[place] ?? 0 })}
      >
        {token === "" ? "?" : token.replaceAll(" ", "␣")}
      </span>
    );
  });
}
