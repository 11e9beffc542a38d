/**
 * The `ref` of a panel that is closed from within: where it goes while it holds the focus, what had the focus when it came has
 * it again, and the keyboard goes on there instead of at the page's beginning.
 */
export function givesFocusBack(element: HTMLElement | null): (() => void) | undefined {
  if (element === null) return undefined;
  const before = document.activeElement;
  return () => {
    if (before instanceof HTMLElement && element.contains(document.activeElement)) before.focus();
  };
}
