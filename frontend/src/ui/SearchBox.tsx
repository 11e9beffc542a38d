import { TextInput, type TextInputProps } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";

interface SearchBoxProps extends Pick<TextInputProps, "className" | "w"> {
  label: string;
  text: string;
  onChange: (text: string) => void;
}

/**
 * The words that are searched, where they lie in the address. What is being written is kept here: the address follows too late
 * for a quick typist.
 */
export function SearchBox({ label, text, onChange, ...rest }: SearchBoxProps) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <TextInput
      {...rest}
      size="xs"
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={draft ?? text}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
      onBlur={() => setDraft(null)}
    />
  );
}
