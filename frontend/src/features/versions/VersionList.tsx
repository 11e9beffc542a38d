import { ActionIcon, TextInput } from "@mantine/core";
import { IconBookmark, IconBookmarkFilled } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type RevisionRead, sentenceOf } from "@/api";
import { focusAtOnce, formatAgo, formatDate, notifyError } from "@/ui";
import { useNameVersion } from "./queries";
import styles from "./versions.module.css";

interface VersionListProps {
  id: string;
  versions: readonly RevisionRead[];
  chosen: number;
  onChoose: (revision: number) => void;
}

/** Newest first; one with a name stands out and is never thinned out. */
export function VersionList({ id, versions, chosen, onChoose }: VersionListProps) {
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
          onChoose={() => onChoose(version.revision)}
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
  onChoose: () => void;
}

function Version({ id, version, isNewest, isChosen, onChoose }: VersionProps) {
  const { t } = useTranslation("versions");
  const [draft, setDraft] = useState<string | null>(null);
  const name = useNameVersion(id);

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
        <form onSubmit={save} className={styles.naming}>
          <TextInput
            ref={focusAtOnce}
            size="xs"
            value={draft}
            maxLength={200}
            aria-label={t("name.label", { when })}
            placeholder={t("name.placeholder")}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onBlur={save}
            onKeyDown={(event) => event.key === "Escape" && setDraft(null)}
          />
        </form>
      </li>
    );
  }
  return (
    <li className={styles.version} data-chosen={isChosen || undefined}>
      <button type="button" className={styles.choose} aria-current={isChosen || undefined} onClick={onChoose}>
        <strong>{version.label ?? when}</strong>
        <span title={formatDate(version.created)}>{version.label === null ? formatDate(version.created) : when}</span>
      </button>
      <ActionIcon
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
