"""What axe finds on a page, where that keeps people from using it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def faults(page: Page) -> list[str]:
    """The serious and critical violations, each with the elements it was found in.  Waits until transitions have ended: half
    faded in, no text has contrast enough."""
    page.wait_for_timeout(400)
    return [
        f"{each['id']}: {[node['html'][:200] + node['failureSummary'] for node in each['nodes']][:5]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in {"serious", "critical"}
    ]
