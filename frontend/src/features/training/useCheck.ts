import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Document, Problem } from "@/api";
import type { FormConfig } from "./formConfig";
import { checkQuery } from "./queries";

const TYPING_MS = 250;
const NO_PROBLEMS: readonly Problem[] = [];

interface Checked {
  problems: readonly Problem[];
  /** The settings have changed since, or the answer is on its way. */
  isAsking: boolean;
}

/** What the server would say of the settings at a start, while one still types; what it said last stays until it answers. */
export function useCheck(config: FormConfig | null, document: Document, isReady: boolean): Checked {
  const { network, blocks } = document;
  const wanted = useMemo(() => ({ config, network, blocks }), [config, network, blocks]);
  const [asked] = useDebouncedValue(wanted, TYPING_MS);
  const { data, error, isFetching } = useQuery(
    checkQuery({ ...document, network: asked.network, blocks: asked.blocks }, isReady ? asked.config : null),
  );
  return {
    problems: isReady && error === null ? (data?.problems ?? NO_PROBLEMS) : NO_PROBLEMS,
    isAsking: isReady && (isFetching || asked !== wanted),
  };
}
