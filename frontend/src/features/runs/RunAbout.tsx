import { TagsInput, Textarea } from "@mantine/core";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { useUpdateRun } from "./queries";
import classes from "./runs.module.css";

const MAX_TAGS = 50;

/** Notes and tags: what a person wants to remember. */
export const RunAbout = memo(function RunAbout({ run }: { run: RunRead }) {
  const { t } = useTranslation("runs");
  const update = useUpdateRun(run.id);
  const [notes, setNotes] = useState<string | null>(null);
  return (
    <section className={classes.panel} aria-labelledby="run-about">
      <h2 id="run-about" className={classes.heading}>
        {t("about.title")}
      </h2>
      <Textarea
        size="xs"
        mt="xs"
        autosize
        minRows={3}
        maxRows={12}
        label={t("about.notes")}
        placeholder={t("about.notesHint")}
        value={notes ?? run.notes}
        onChange={(event) => setNotes(event.currentTarget.value)}
        onBlur={() => {
          if (notes !== null && notes !== run.notes) update.mutate({ notes }, { onSuccess: () => setNotes(null) });
        }}
      />
      <TagsInput
        size="xs"
        mt="sm"
        label={t("about.tags")}
        placeholder={run.tags.length === 0 ? t("about.tagsHint") : ""}
        maxTags={MAX_TAGS}
        value={run.tags}
        onChange={(tags) => update.mutate({ tags })}
      />
    </section>
  );
});
