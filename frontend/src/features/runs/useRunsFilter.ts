import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { RunState } from "@/api";
import { ALL_STATES } from "./queries";
import { SORT_KEYS, type Sort, type SortKey } from "./runsTable";

export const PAGE_SIZE = 50;
const NEWEST_FIRST: Sort = { key: "created", isDescending: true };

/** Filter, order and page of the table lie in the address, so that Back and a shared link keep them. */
export function useRunsFilter() {
  const [params, setParams] = useSearchParams();
  const text = params.get("q") ?? "";
  const stateText = params.get("state") ?? "";
  const sortText = params.get("sort") ?? "";
  const states = useMemo<ReadonlySet<RunState>>(
    () => new Set(ALL_STATES.filter((state) => stateText.split(",").includes(state))),
    [stateText],
  );
  const sort = useMemo<Sort>(() => {
    const name = sortText.replace("-", "");
    const key = SORT_KEYS.find((candidate) => candidate === name);
    return key === undefined ? NEWEST_FIRST : { key, isDescending: sortText.startsWith("-") };
  }, [sortText]);

  const put = (changes: Record<string, string>) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === "") after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );

  return {
    text,
    states,
    sort,
    page: Math.max(1, Number.parseInt(params.get("page") ?? "1", 10) || 1),
    setText: (value: string) => put({ q: value, page: "" }),
    setStates: (value: readonly RunState[]) => put({ state: value.join(","), page: "" }),
    setPage: (value: number) => put({ page: value === 1 ? "" : String(value) }),
    /** The first click on a column sorts words upwards and numbers downwards, the second turns it round. */
    toggleSort: (key: SortKey) => {
      const isWord = key === "name" || key === "network" || key === "state";
      const isDescending = sort.key === key ? !sort.isDescending : !isWord;
      put({ sort: `${isDescending ? "-" : ""}${key}`, page: "" });
    },
    clear: () => put({ q: "", state: "", page: "" }),
  };
}
