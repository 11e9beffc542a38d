import { act, renderHook } from "@testing-library/react";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { afterEach, describe, expect, test, vi } from "vitest";
import { formatAgo, formatDate, formatDuration, formatTime } from "@/ui";
import { chooseLanguage, startLanguage, systemLanguage } from "./language";

function browserSpeaks(...languages: string[]) {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
}

afterEach(async () => {
  vi.restoreAllMocks();
  await chooseLanguage("en");
});

describe("the language at the first visit", () => {
  test.each([
    [["zh-CN"], "zh"],
    [["zh-Hans-SG", "en"], "zh"],
    [["zh-TW"], "zh"],
    [["fr-FR", "zh"], "zh"],
    [["en-GB", "zh-CN"], "en"],
    [["fr", "de"], "en"],
    [[], "en"],
  ])("of a browser that wants %o is %s", (wanted, language) => {
    expect(systemLanguage(wanted)).toBe(language);
  });

  test("is told to the browser and to the server", async () => {
    browserSpeaks("zh-CN");
    await startLanguage();
    expect([i18next.language, document.documentElement.lang]).toEqual(["zh", "zh-Hans"]);
    expect(i18next.t("app:frame.networks")).toBe("网络");
  });
});

describe("a language that was chosen", () => {
  test("holds at the next visit, whatever the browser wants", async () => {
    await chooseLanguage("zh");
    browserSpeaks("en-US");
    await startLanguage();
    expect(i18next.language).toBe("zh");
  });

  test("holds for this visit where the browser keeps nothing", async () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    await chooseLanguage("zh");
    expect(document.documentElement.lang).toBe("zh-Hans");
  });

  test("that no longer exists is as if nothing was chosen", async () => {
    localStorage.setItem("netwright-language", "tlh");
    browserSpeaks("en");
    await startLanguage();
    expect(document.documentElement.lang).toBe("en");
  });
});

test("components follow the language, and hold no copy of i18next each", async () => {
  const { result } = renderHook(() => useTranslation());
  const own = () => Object.getOwnPropertyNames(result.current.i18n).length;
  expect([result.current.i18n.language, result.current.t("frame.skip")]).toEqual(["en", i18next.t("frame.skip")]);
  expect(own()).toBeLessThan(5);
  await act(() => chooseLanguage("zh"));
  expect(result.current.i18n.language).toBe("zh");
  expect(result.current.t("frame.skip")).toMatch(/\p{Script=Han}/u);
  expect(own()).toBeLessThan(5);
});

describe("times in Chinese", () => {
  test.each([
    [0.34, "340 毫秒"],
    [4.2, "4.2 秒"],
    [42, "42 秒"],
    [134, "2 分 14 秒"],
    [11_100, "3 小时 05 分"],
    [187_200, "2 天 4 小时"],
  ])("%d seconds are %s", async (seconds, words) => {
    await chooseLanguage("zh");
    expect(formatDuration(seconds)).toBe(words);
  });

  test("moments are written as in China", async () => {
    await chooseLanguage("zh");
    const moment = new Date(2025, 10, 26, 9, 5, 7).getTime() / 1000;
    expect(formatDate(moment)).toBe("2025年11月26日 09:05");
    expect(formatTime(moment)).toBe("09:05:07");
    expect(formatAgo(moment, moment + 300)).toBe("5分钟前");
    expect(formatAgo(moment, moment + 3)).toBe("刚刚");
  });
});
