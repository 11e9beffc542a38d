"""The closed loop in Chinese: the language changed by hand, a network drawn, mended, trained and looked at."""

import pytest
from e2e.accessibility import faults
from e2e.drawing import Editor
from e2e.pictures import choose_language
from e2e.training import TRAINING_MS, start_training, wait_for_check
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_closed_loop_in_chinese(page: Page) -> None:
    choose_language(page, "简体中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page).to_have_title("网络 - Netwright")

    # Drawn with the keyboard; layers are found by Chinese words too.
    page.get_by_role("button", name="新建网络").first.click()
    search = page.get_by_role("combobox", name="搜索层")
    for word in ("Input", "全连接", "Output"):
        search.fill(word)
        search.press("Enter")
    editor = Editor(page)
    expect(editor.node("linear1")).to_be_visible()

    # A problem is said in Chinese, and its button mends it.
    page.get_by_role("button", name="1 个问题", exact=True).click()
    sentence = "Linear linear1 需要展平的输入（N x F），但从 input1 得到的是 N x 1 x 28 x 28。"
    expect(page.get_by_role("main")).to_contain_text(sentence)
    assert not faults(page)
    page.get_by_role("button", name="插入 Flatten", exact=True).first.click()
    expect(page.get_by_role("button", name="没有问题")).to_be_visible()

    # What does not fit the data is mended in the form.
    page.get_by_role("button", name="训练", exact=True).click()
    drawer = page.get_by_test_id("train-drawer")
    drawer.get_by_test_id("train-source").select_option("digits")
    drawer.get_by_role("button", name="将 input1 设为 [1, 8, 8]").click()
    drawer.get_by_role("button", name="将 linear1 设为 10 个输出").click()
    drawer.get_by_label("轮数", exact=True).fill("1")
    drawer.get_by_label("轮数", exact=True).press("Tab")
    wait_for_check(page)
    expect(drawer.get_by_role("button", name="开始训练")).to_be_enabled()
    assert not faults(page)
    start_training(page)

    # The run tells its story in Chinese; the same in English once the language is changed, without loading the page anew.
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", "completed", timeout=TRAINING_MS)
    expect(page.get_by_test_id("run-state")).to_contain_text("全部轮次训练完毕。")
    page.get_by_role("tab", name="日志").click()
    log = page.get_by_test_id("run-log")
    expect(log).to_contain_text("第 1 次尝试在 cpu 上开始。")
    expect(log).to_contain_text("AdamW：fused，一个内核更新全部权重。")
    assert not faults(page)
    choose_language(page, "English")
    expect(page.get_by_test_id("run-state")).to_contain_text("All epochs are trained.")
    expect(log).to_contain_text("AdamW: fused, all weights in one kernel.")


def test_language_when_chosen_is_kept_and_never_flashes(page: Page) -> None:
    choose_language(page, "简体中文")
    expect(page.get_by_role("link", name="数据")).to_be_visible()
    page.add_init_script("""
      window.shown = [];
      const note = () => window.shown.push(document.querySelector("nav a[href='/data']")?.textContent ?? "");
      new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
    """)
    page.reload()
    expect(page.get_by_role("link", name="数据")).to_be_visible()
    assert set(page.evaluate("window.shown")) <= {"", "数据"}


def test_change_of_language_keeps_what_is_drawn_and_its_history(page: Page) -> None:
    page.get_by_role("button", name="New network").first.click()
    search = page.get_by_role("combobox", name="Search layers")
    for word in ("Input", "Linear"):
        search.fill(word)
        search.press("Enter")
    editor = Editor(page)
    expect(editor.node("linear1")).to_be_visible()
    choose_language(page, "简体中文")
    page.get_by_role("button", name="2 个问题", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("网络没有 Output")
    editor.select("linear1")
    expect(page.get_by_text("每个样本输出多少个值。")).to_be_visible()
    page.get_by_test_id("canvas").focus()
    page.keyboard.press("Control+z")
    expect(editor.node("linear1")).to_have_count(0)
    expect(editor.node("input1")).to_be_visible()
