"""The browser of the tests: what is installed first, Debian's package as root, else Playwright's own download.

``find()`` says where it is; run as a script, it installs one if there is none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium: ``NETWRIGHT_BROWSER``, one on the PATH, or the one that Playwright has downloaded."""
    named = os.environ.get("NETWRIGHT_BROWSER")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Installs a Chromium and, with Debian's package, fonts that hold Chinese."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"], check=False, env=quiet)
        if done.returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    if find() is None:
        install()
    browser = find()
    if browser is None:
        sys.exit("No Chromium was found or could be installed. Install one and set NETWRIGHT_BROWSER to its path.")
    print(f"Browser for the tests: {browser}")
