"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
"""WCAG 2.2 AA, with the size of targets, which axe leaves out unless asked; and good practice."""


def faults(page: Page) -> list[str]:
    """The violations, each with the elements it was found in.  Waits until transitions have ended: half faded in, no text has
    contrast enough."""
    page.wait_for_timeout(400)
    return [
        f"{each['id']} ({each['impact']}): {[node['html'][:200] + node['failureSummary'] for node in each['nodes']][:5]}"
        for each in Axe().run(page, options=WCAG).response["violations"]
    ]
