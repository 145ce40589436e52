import type { Player } from "./playback";

/* Small panels above the bar: one open at a time, Escape and a click elsewhere close it, focus goes
   back to the button. Inside are radio buttons and buttons, with the keys these have everywhere. */

export function attachMenus(player: Player): void {
  const { root } = player;
  const buttons = [...root.querySelectorAll<HTMLButtonElement>("[data-menu]")];
  const number = [...document.querySelectorAll("[data-player]")].indexOf(root);

  const panelOf = (button: HTMLElement) =>
    root.querySelector<HTMLElement>(`[data-menu-panel="${button.dataset["menu"]}"]`);
  const close = (button: HTMLButtonElement, refocus: boolean) => {
    const panel = panelOf(button);
    if (!panel || panel.hidden) return;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (refocus) button.focus();
  };
  const closeAll = () => buttons.forEach((button) => close(button, false));

  for (const button of buttons) {
    const panel = panelOf(button);
    if (!panel) continue;
    panel.id = `player-menu-${number}-${button.dataset["menu"]}`;
    button.setAttribute("aria-controls", panel.id);
    // A press on a label's words must leave focus in here, not on what focusable thing lies around.
    panel.tabIndex = -1;
    for (const radio of panel.querySelectorAll<HTMLInputElement>("input[type=radio]")) {
      radio.name = panel.id;
    }
    button.addEventListener("click", () => {
      const opens = panel.hidden;
      closeAll();
      if (!opens) return;
      panel.hidden = false;
      button.setAttribute("aria-expanded", "true");
      const first = panel.querySelector<HTMLElement>("input:checked") ?? panel.querySelector("input, button:not([hidden])");
      (first as HTMLElement | null)?.focus();
    });
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (event.key === "Enter" && event.target instanceof HTMLInputElement)) {
        event.preventDefault();
        event.stopPropagation();
        close(button, true);
      }
    });
    // A choice made by pointer is a choice; arrow keys pass through the others on their way.
    panel.addEventListener("click", (event) => {
      const target = event.target as HTMLElement;
      if (target.closest("button")) close(button, true);
      else if (event.detail > 0 && target.closest("label")) {
        window.setTimeout(() => close(button, true), 120);
      }
    });
    panel.addEventListener("focusout", (event) => {
      const next = event.relatedTarget;
      if (next instanceof Node && !panel.contains(next) && next !== button) close(button, false);
    });
  }
  document.addEventListener("pointerdown", (event) => {
    const target = event.target;
    if (target instanceof Element && target.closest("[data-menu], [data-menu-panel]")) return;
    closeAll();
  });
}
