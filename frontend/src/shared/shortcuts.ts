/* Single-key shortcuts can be turned off (WCAG 2.1.4); one choice holds for player and quiz. */

const STORE = "viewbox.shortcuts";

export function shortcutsOn(): boolean {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function setShortcuts(on: boolean): void {
  try {
    localStorage.setItem(STORE, on ? "on" : "off");
  } catch {
    // Storage refused (private window): the choice holds for this page only.
  }
}

/** Binds a checkbox to the choice. */
export function bindShortcutSwitch(box: HTMLInputElement): void {
  box.checked = shortcutsOn();
  box.addEventListener("change", () => setShortcuts(box.checked));
}

/** True where a key belongs to the control that has focus, not to us. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("select, textarea, input:not([type=radio], [type=checkbox], [type=range])"))
  );
}

export function modified(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}
