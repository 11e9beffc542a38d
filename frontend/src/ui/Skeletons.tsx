import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Delayed } from "./Delayed";
import styles from "./Skeletons.module.css";

/** Grey lines in place of text that is still on its way; nothing at all in the first 300 ms. */
export function LineSkeletons({ lines = 3, height = 14 }: { lines?: number; height?: number }) {
  const { t } = useTranslation("ui");
  return (
    <Delayed>
      <div className={styles.lines} role="status" aria-label={t("loading")}>
        {Array.from({ length: lines }, (_, line) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
          <Skeleton key={line} height={height} width={`${90 - ((line * 17) % 40)}%`} />
        ))}
      </div>
    </Delayed>
  );
}

/** Grey cards in place of a list of cards. */
export function CardSkeletons({ cards = 6, height = 190 }: { cards?: number; height?: number }) {
  const { t } = useTranslation("ui");
  return (
    <Delayed>
      <div className={styles.cards} role="status" aria-label={t("loading")}>
        {Array.from({ length: cards }, (_, card) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the cards are all alike and never move
          <Skeleton key={card} height={height} />
        ))}
      </div>
    </Delayed>
  );
}
