/** The whole view of the table lies in the address, so that Back and a shared link keep it; columns are remembered as well. */

import { useEffect, useMemo } from "react";
import { useSearchParams } from "react-router";
import { withParams } from "@/ui";

export const PAGE_SIZE = 50;
export const DEFAULT_COLUMNS: readonly string[] = [
  "state",
  "progress",
  "metric",
  "last",
  "best",
  "network",
  "parameters",
  "duration",
  "device",
  "tag",
  "created",
];
const COLUMNS_KEY = "netwright-runs-columns";

function storedColumns(): readonly string[] {
  try {
    const stored = localStorage.getItem(COLUMNS_KEY);
    return stored === null ? DEFAULT_COLUMNS : stored.split(",").filter(Boolean);
  } catch (error) {
    // Storage is forbidden in this browser: the usual columns.
    if (!(error instanceof DOMException)) throw error;
    return DEFAULT_COLUMNS;
  }
}

function keepColumns(columns: readonly string[]): void {
  try {
    localStorage.setItem(COLUMNS_KEY, columns.join(","));
  } catch (error) {
    // As above: the choice holds in this address.
    if (!(error instanceof DOMException)) throw error;
  }
}

export interface TableView {
  text: string;
  columns: readonly string[];
  sort: { fieldId: string; isDescending: boolean };
  groupBy: string | null;
  isOnlyDiffering: boolean;
  isArchived: boolean;
  page: number;
}

export interface TableViewChanges {
  setText: (text: string) => void;
  setColumns: (columns: readonly string[]) => void;
  /** The first click sorts numbers downwards and words upwards, the second turns it round. */
  toggleSort: (fieldId: string, isNumber: boolean) => void;
  setGroupBy: (fieldId: string | null) => void;
  setOnlyDiffering: (isOnly: boolean) => void;
  setArchived: (isArchived: boolean) => void;
  setPage: (page: number) => void;
}

export function useTableView(): TableView & TableViewChanges {
  const [params, setParams] = useSearchParams();
  const columnText = params.get("cols");
  const columns = useMemo(
    () => (columnText === null ? storedColumns() : columnText.split(",").filter(Boolean)),
    [columnText],
  );
  const sortText = params.get("sort") ?? "-created";
  const sort = { fieldId: sortText.replace(/^-/, ""), isDescending: sortText.startsWith("-") };
  const put = (changes: Record<string, string | null>) =>
    setParams((before) => withParams(before, changes), { replace: true });
  // Columns that are remembered from another visit are put into the address, so that it says what is seen.
  const remembered = columns.join(",");
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is seen counts
  useEffect(() => {
    if (columnText === null && remembered !== DEFAULT_COLUMNS.join(",")) put({ cols: remembered });
  }, [columnText, remembered]);
  return {
    text: params.get("q") ?? "",
    columns,
    sort,
    groupBy: params.get("group"),
    isOnlyDiffering: params.get("differ") === "1",
    isArchived: params.get("archived") === "1",
    page: Math.max(1, Number.parseInt(params.get("page") ?? "1", 10) || 1),
    setText: (text) => put({ q: text, page: null }),
    setColumns: (next) => {
      keepColumns(next);
      put({ cols: next.join(",") === DEFAULT_COLUMNS.join(",") ? null : next.join(",") || "name" });
    },
    toggleSort: (fieldId, isNumber) => {
      const isDescending = sort.fieldId === fieldId ? !sort.isDescending : isNumber;
      const next = `${isDescending ? "-" : ""}${fieldId}`;
      put({ sort: next === "-created" ? null : next, page: null });
    },
    setGroupBy: (fieldId) => put({ group: fieldId, page: null }),
    setOnlyDiffering: (isOnly) => put({ differ: isOnly ? "1" : null }),
    setArchived: (isArchived) => put({ archived: isArchived ? "1" : null, page: null }),
    setPage: (page) => put({ page: page === 1 ? null : String(page) }),
  };
}
