/**
 * The `ref` of what has the keyboard when its dialog opens.  Mantine gives the focus only after a moment (`data-autofocus`,
 * which stays for the focus trap): what is typed right behind the key that opens the dialog would be lost.
 */
export function focusAtOnce(element: HTMLElement | null): void {
  element?.focus();
}
