/** Ways out that change settings. No React here. */

import type { Fix } from "@/api";
import { withValue } from "./configFields";
import { type FormConfig, setMetrics } from "./formConfig";

export function hasSettings({ settings }: Fix): boolean {
  return Object.keys(settings ?? {}).length > 0;
}

/** The config with what a fix puts at its paths. Where a metric goes, what watched it watches the loss. */
export function withSettings(config: FormConfig, { settings = {} }: Fix): FormConfig {
  return Object.entries(settings).reduce(
    (next, [path, value]) => (path === "metrics" ? setMetrics(next, value as string[]) : withValue(next, path, value)),
    config,
  );
}
