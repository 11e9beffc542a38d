/** What a person has switched off on the canvas, kept in this browser. */
const SUGGESTIONS = "netwright-suggestions";

export function isSuggestingKept(): boolean {
  try {
    return localStorage.getItem(SUGGESTIONS) !== "off";
  } catch (error) {
    // A browser that keeps nothing: as at the first visit.
    if (error instanceof DOMException) return true;
    throw error;
  }
}

export function keepSuggesting(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(SUGGESTIONS);
    else localStorage.setItem(SUGGESTIONS, "off");
  } catch (error) {
    // It then holds for this visit.
    if (!(error instanceof DOMException)) throw error;
  }
}
