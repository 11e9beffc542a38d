import { ActionIcon, Group, Switch, Text, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface Props {
  text: string;
  onText: (text: string) => void;
  /** Of the hit that one has stepped to; -1 before the first step. */
  place: number;
  numHits: number;
  onStep: (by: 1 | -1) => void;
  /** Whether the lines that hold nothing of it are left out. */
  isAlone: boolean;
  onAlone: (isAlone: boolean) => void;
}

/** What is searched in a log; Enter and Shift+Enter step through what was found. */
export function LogSearch({ text, onText, place, numHits, onStep, isAlone, onAlone }: Props) {
  const { t } = useTranslation("runs");
  return (
    <>
      <Group gap={4} wrap="nowrap">
        <TextInput
          size="xs"
          w={260}
          type="search"
          aria-label={t("log.search")}
          placeholder={t("log.search")}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => onText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing) onStep(event.shiftKey ? -1 : 1);
          }}
        />
        {numHits > 0 && (
          <>
            <ActionIcon variant="subtle" color="gray" aria-label={t("log.above")} onClick={() => onStep(-1)}>
              <IconChevronUp size={16} aria-hidden />
            </ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={t("log.below")} onClick={() => onStep(1)}>
              <IconChevronDown size={16} aria-hidden />
            </ActionIcon>
            <Text size="sm" c="dimmed" role="status">
              {place === -1 ? t("log.hits", { count: numHits }) : t("log.hit", { place: place + 1, all: numHits })}
            </Text>
          </>
        )}
      </Group>
      {text.trim() !== "" && (
        <Switch
          size="xs"
          label={t("log.alone")}
          checked={isAlone}
          onChange={(event) => onAlone(event.currentTarget.checked)}
        />
      )}
    </>
  );
}
