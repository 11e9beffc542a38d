"""What axe finds on a page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RESULTS = {"resultTypes": ["violations"]}
"""Every element of a violation, and one of what passes: axe's words for each element that passes are most of its time."""

WCAG = {
    **RESULTS,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
"""WCAG 2.2 AA, with the size of targets, which axe leaves out unless asked; and good practice."""

COLOURS = {**RESULTS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules of ``WCAG`` that look at colours: all that a page in its other theme can break."""


QUIET_MS = 200
"""For how long nothing of a page changes and nothing glides where it has settled."""

LONGEST_MS = 2000
"""A page that changes for ever, as that of a run that trains, is taken as it is."""


def settle(page: Page) -> None:
    """Waits until transitions have ended and nothing is drawn any more: half faded in, no text has contrast enough."""
    page.evaluate(
        """([quiet, longest]) => new Promise((done) => {
            const begin = performance.now();
            let last = begin;
            const watching = new MutationObserver(() => { last = performance.now(); });
            watching.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
            const glides = (one) => one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime);
            const look = () => {
                const now = performance.now();
                if (document.getAnimations().some(glides)) last = now;
                if (now - last < quiet && now - begin < longest) return requestAnimationFrame(look);
                watching.disconnect();
                done();
            };
            look();
        })""",
        [QUIET_MS, LONGEST_MS],
    )


def faults(page: Page, rules: dict[str, Any] = WCAG) -> list[str]:
    """The violations, each with the elements it was found in, once the page has settled."""
    settle(page)
    return [
        f"{each['id']} ({each['impact']}): {[node['html'][:200] + node['failureSummary'] for node in each['nodes']][:5]}"
        for each in Axe().run(page, options=rules).response["violations"]
    ]
