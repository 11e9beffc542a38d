/** Which runs are compared and how: all of it lies in the address. */

import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { ChartView, XAxis } from "@/features/charts";
import { withParams } from "@/ui";

export const AXES: readonly XAxis[] = ["step", "epoch", "elapsed", "wall"];

export function useCompareView() {
  const [params, setParams] = useSearchParams();
  const put = (changes: Record<string, string | null>) =>
    setParams((before) => withParams(before, changes), { replace: true });
  const idText = params.get("ids") ?? "";
  const ids = useMemo(() => [...new Set(idText.split(",").filter(Boolean))], [idText]);
  const pinText = params.get("pin") ?? "";
  const pinned = useMemo(() => pinText.split(",").filter(Boolean), [pinText]);
  const chart: ChartView = {
    axis: AXES.find((axis) => axis === params.get("x")) ?? "step",
    smoothing: Math.min(0.99, Math.max(0, Number(params.get("smooth") ?? 0) || 0)),
    isLog: params.get("log") === "1",
    isLogX: params.get("logx") === "1",
    keepAll: false,
  };
  return {
    ids,
    pinned,
    chart,
    baseline: params.get("base"),
    groupBy: params.get("group"),
    isEverything: params.get("all") === "1",
    remove: (id: string) =>
      put({ ids: ids.filter((one) => one !== id).join(","), ...(params.get("base") === id ? { base: null } : {}) }),
    setBaseline: (id: string | null) => put({ base: id }),
    setGroupBy: (fieldId: string | null) => put({ group: fieldId }),
    setEverything: (isAll: boolean) => put({ all: isAll ? "1" : null }),
    togglePin: (name: string) =>
      put({ pin: (pinned.includes(name) ? pinned.filter((one) => one !== name) : [...pinned, name]).join(",") }),
    setChart: (next: ChartView) =>
      put({
        x: next.axis === "step" ? null : next.axis,
        smooth: next.smoothing === 0 ? null : String(next.smoothing),
        log: next.isLog ? "1" : null,
        logx: next.isLogX ? "1" : null,
      }),
  };
}

export type CompareView = ReturnType<typeof useCompareView>;
