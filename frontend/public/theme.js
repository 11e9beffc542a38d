// Sets light or dark, and the contrast, before the first paint, so that the page never flashes. A file of its own because the
// Content-Security-Policy allows no inline script. The first key is the one Mantine keeps its choice under,
// the second that of `src/ui/contrast.ts`.
(() => {
  let choice = null;
  let contrast = null;
  try {
    choice = localStorage.getItem("netwright-color-scheme");
    contrast = localStorage.getItem("netwright-contrast");
  } catch (error) {
    // Storage is forbidden in this browser: the system's choice holds.
    if (!(error instanceof DOMException)) throw error;
  }
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  const more = contrast === "more" || (contrast !== "usual" && matchMedia("(prefers-contrast: more)").matches);
  document.documentElement.setAttribute("data-contrast", more ? "more" : "usual");
})();
