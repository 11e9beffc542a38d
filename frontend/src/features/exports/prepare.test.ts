import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ExportRead } from "@/api";
import "@/app/i18n";
import { prepareAndDownload } from "./prepare";

const t = i18next.getFixedT("en", "exports");
const ONNX = { format: "onnx", title: "ONNX" };
const read = (change: Partial<ExportRead>): ExportRead => ({
  key: "k",
  format: "onnx",
  name: "Digits.onnx",
  state: "preparing",
  stage: "checking",
  bytes: null,
  code: null,
  message: null,
  node: null,
  ...change,
});
const answer = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });

let clicked: string[] = [];
let said: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
  clicked = [];
  said = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push(new URL(this.href).pathname);
  });
  for (const way of ["show", "update"] as const)
    vi.spyOn(notifications, way).mockImplementation((one) => {
      said.push(`${String(one.title ?? "")}|${String(one.message)}`);
      return one.id ?? "";
    });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a file that is there is fetched without a word", async () => {
  await prepareAndDownload(t, "a", ONNX, async () => read({ state: "ready" }));
  expect(clicked).toEqual(["/api/exports/k/download"]);
  expect(said).toEqual([]);
});

test("a file that is made is followed over a restart of the server, and asked for once by two clicks", async () => {
  const answers = [
    answer(read({})),
    answer({ code: "not_found", detail: "There is no such export.", title: "", status: 404, type: "" }, 404),
    answer(read({ state: "ready", stage: null })),
  ];
  vi.stubGlobal("fetch", async () => answers.shift());
  const order = vi.fn(async () => read({ stage: "loading" }));
  await Promise.all([prepareAndDownload(t, "b", ONNX, order), prepareAndDownload(t, "b", ONNX, order)]);
  expect(order).toHaveBeenCalledTimes(2); // by the first click, and again after the restart
  expect(clicked).toEqual(["/api/exports/k/download"]);
  expect(said[0]).toBe("Preparing ONNX|Loading what goes into it.");
  expect(said[1]).toBe("Preparing ONNX|Checking it in ONNX Runtime against PyTorch.");
  expect(said.at(-1)).toContain("Digits.onnx is ready");
});

test("a file that cannot be made says why, and can be asked for again", async () => {
  const failed = async () =>
    read({ state: "failed", code: "cannot_export", message: "ONNX has no operation for `pool`." });
  await prepareAndDownload(t, "c", ONNX, failed);
  expect(said).toEqual(["ONNX could not be made|ONNX has no operation for `pool`."]);
  await prepareAndDownload(t, "c", ONNX, async () => read({ state: "ready" }));
  expect(clicked).toHaveLength(1);
});
