import { notifications } from "@mantine/notifications";
import type { TFunction } from "i18next";
import { api, type ExportRead, isApiProblem, sentenceOf, unwrap } from "@/api";
import { downloadUrl } from "@/ui";
import { messageOf, titleOf } from "./words";

type Words = TFunction<"exports">;

const ASK_MS = 400;
const AWAY_MS = 2000;
const DONE_MS = 5000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Files that are being made for this page, so that a second click on one asks for nothing new. */
const underWay = new Set<string>();

/**
 * Has the server make a file, says how far it is, and gives it to the person when it is there. It goes on while they look at
 * something else. `id` tells one file from another, `order` asks for it.
 */
export async function prepareAndDownload(
  t: Words,
  id: string,
  format: { format: string; title: string },
  order: () => Promise<ExportRead>,
): Promise<void> {
  if (underWay.has(id)) return;
  underWay.add(id);
  const title = t("preparing", { format: titleOf(t, format) });
  try {
    let read = await order();
    const isNew = isUnderWay(read);
    if (isNew) {
      notifications.show({ id, title, message: stageOf(t, read), loading: true, autoClose: false });
      read = await follow(read, order, (next) =>
        notifications.update({ id, title, message: stageOf(t, next), loading: true, autoClose: false }),
      );
    }
    if (read.state === "failed") throw new Error(messageOf(t, read.code, read.message));
    downloadUrl(`/api/exports/${read.key}/download`);
    if (isNew) {
      const message = t("done", { name: read.name });
      notifications.update({ id, title: undefined, message, color: "gray", loading: false, autoClose: DONE_MS });
    }
  } catch (error) {
    notifications.hide(id);
    notifications.show({
      title: t("failed", { format: titleOf(t, format) }),
      message: sentenceOf(error),
      color: "red",
      autoClose: 15_000,
    });
  } finally {
    underWay.delete(id);
  }
}

function isUnderWay({ state }: ExportRead): boolean {
  return state === "waiting" || state === "preparing";
}

/** Asks until it is over. A server that was away is asked again; one that has forgotten the file is told to make it anew. */
async function follow(
  first: ExportRead,
  order: () => Promise<ExportRead>,
  tell: (read: ExportRead) => void,
): Promise<ExportRead> {
  let read = first;
  while (isUnderWay(read)) {
    await pause(ASK_MS);
    try {
      read = await unwrap<ExportRead>(api.GET("/api/exports/{key}", { params: { path: { key: read.key } } }));
    } catch (error) {
      if (isApiProblem(error, "not_found")) read = await order();
      else if (isApiProblem(error) && (error.isOffline || error.code === "shutting_down")) await pause(AWAY_MS);
      else throw error;
    }
    tell(read);
  }
  return read;
}

function stageOf(t: Words, { state, stage, format }: ExportRead): string {
  const now = state === "waiting" ? "waiting" : (stage ?? "loading");
  // What is said of a stage in general, where nothing is said of it for this format.
  return t(`stages.${now}_${format}`, { defaultValue: t(`stages.${now}`) });
}
