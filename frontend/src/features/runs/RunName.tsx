import { TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { ReasonedIcon } from "@/ui";
import { useUpdateRun } from "./queries";
import classes from "./runs.module.css";

const MAX_LENGTH = 200;

/** The name as a heading; Enter keeps a new one, Escape the old. */
export function RunName({ run }: { run: RunRead }) {
  const { t } = useTranslation("runs");
  const update = useUpdateRun(run.id);
  const [name, setName] = useState<string | null>(null);
  if (name === null) {
    return (
      <>
        <h1 className={classes.name} title={run.name}>
          {run.name}
        </h1>
        <ReasonedIcon label={t("about.rename")} size="sm" onClick={() => setName(run.name)}>
          <IconPencil size={15} aria-hidden />
        </ReasonedIcon>
      </>
    );
  }
  const keep = () => {
    const wanted = name.trim();
    setName(null);
    if (wanted !== "" && wanted !== run.name) update.mutate({ name: wanted });
  };
  return (
    <TextInput
      size="xs"
      w={320}
      autoFocus
      aria-label={t("about.name")}
      maxLength={MAX_LENGTH}
      value={name}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setName(null);
      }}
    />
  );
}
