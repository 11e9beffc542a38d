// Sets light or dark before the first paint, so that the page never flashes. A file of its own because the
// Content-Security-Policy allows no inline script. The key is the one Mantine keeps the choice under.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("netwright-color-scheme");
  } catch (error) {
    // Storage is forbidden in this browser: the system's choice holds.
    if (!(error instanceof DOMException)) throw error;
  }
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
