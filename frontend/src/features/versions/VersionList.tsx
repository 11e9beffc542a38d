import { ActionIcon, TextInput } from "@mantine/core";
import { IconBookmark, IconBookmarkFilled, IconGitCompare } from "@tabler/icons-react";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type RevisionRead, sentenceOf } from "@/api";
import { focusAtOnce, formatAgo, formatDate, notifyError } from "@/ui";
import { useNameVersion } from "./queries";
import styles from "./versions.module.css";

interface VersionListProps {
  id: string;
  versions: readonly RevisionRead[];
  chosen: number;
  /** The one that the chosen version is compared with, where a person said which. */
  compared: number | null;
  onChoose: (revision: number) => void;
  onCompare: (revision: number) => void;
}

/** Newest first; one with a name stands out and is never thinned out. */
export function VersionList({ id, versions, chosen, compared, onChoose, onCompare }: VersionListProps) {
  const { t } = useTranslation("versions");
  return (
    <ol className={styles.list} aria-label={t("list")}>
      {versions.map((version, place) => (
        <Version
          key={version.revision}
          id={id}
          version={version}
          isNewest={place === 0}
          isChosen={version.revision === chosen}
          isCompared={version.revision === compared}
          onChoose={() => onChoose(version.revision)}
          onCompare={() => onCompare(version.revision)}
        />
      ))}
    </ol>
  );
}

interface VersionProps {
  id: string;
  version: RevisionRead;
  isNewest: boolean;
  isChosen: boolean;
  isCompared: boolean;
  onChoose: () => void;
  onCompare: () => void;
}

function Version({ id, version, isNewest, isChosen, isCompared, onChoose, onCompare }: VersionProps) {
  const { t } = useTranslation("versions");
  const [draft, setDraft] = useState<string | null>(null);
  const name = useNameVersion(id);
  // By a key: where the field stood, its button takes the focus.
  const isDoneByKey = useRef(false);

  function save(event: FormEvent): void {
    event.preventDefault();
    const label = draft?.trim() || null;
    setDraft(null);
    if (label === version.label) return;
    name.mutate(
      { revision: version.revision, label },
      { onError: (error) => notifyError(t("failed.name"), sentenceOf(error)) },
    );
  }

  const when = isNewest ? t("now") : formatAgo(version.created);
  if (draft !== null) {
    return (
      <li>
        <form
          className={styles.naming}
          onSubmit={(event) => {
            isDoneByKey.current = true;
            save(event);
          }}
        >
          <TextInput
            ref={focusAtOnce}
            size="xs"
            value={draft}
            maxLength={200}
            aria-label={t("name.label", { when })}
            placeholder={t("name.placeholder")}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onBlur={save}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              isDoneByKey.current = true;
              setDraft(null);
            }}
          />
        </form>
      </li>
    );
  }
  return (
    <li className={styles.version} data-chosen={isChosen || undefined} data-compared={isCompared || undefined}>
      <button type="button" className={styles.choose} aria-current={isChosen || undefined} onClick={onChoose}>
        <strong>{version.label ?? when}</strong>
        <span title={formatDate(version.created)}>{version.label === null ? formatDate(version.created) : when}</span>
      </button>
      {!isChosen && (
        <ActionIcon
          variant={isCompared ? "light" : "subtle"}
          color={isCompared ? "accent" : "gray"}
          aria-label={t("compare.withThis", { when: version.label ?? when })}
          aria-pressed={isCompared}
          title={t("compare.withThis", { when: version.label ?? when })}
          onClick={onCompare}
        >
          <IconGitCompare size={16} aria-hidden />
        </ActionIcon>
      )}
      <ActionIcon
        ref={(button) => {
          if (button !== null && isDoneByKey.current) button.focus();
          isDoneByKey.current = false;
        }}
        variant="subtle"
        color="gray"
        aria-label={version.label === null ? t("name.give", { when }) : t("name.change", { label: version.label })}
        title={t("name.hint")}
        onClick={() => setDraft(version.label ?? "")}
      >
        {version.label === null ? <IconBookmark size={16} aria-hidden /> : <IconBookmarkFilled size={16} aria-hidden />}
      </ActionIcon>
    </li>
  );
}
