import type { TFunction } from "i18next";

type Words = TFunction<"exports">;

/** The name of a format in the page's language; the server's where the catalogue has none. */
export function titleOf(t: Words, { format, title }: { format: string; title: string }): string {
  return t(`formats.${format}.title`, { defaultValue: title });
}

/** What a format is for; `isTrained` is false for a network without weights of its own. */
export function aboutOf(
  t: Words,
  { format, description }: { format: string; description: string },
  isTrained: boolean,
): string {
  const about = t(`formats.${format}.about`, { defaultValue: description });
  return isTrained ? about : t(`formats.${format}.untrained`, { defaultValue: about });
}

/** Why a file cannot be had: in the page's language where the reason is always the same, else the server's own sentence. */
export function messageOf(t: Words, code: string | null | undefined, message: string | null | undefined): string {
  return t(`reasons.${code ?? "unknown"}`, { defaultValue: message ?? t("reasons.unknown") });
}
