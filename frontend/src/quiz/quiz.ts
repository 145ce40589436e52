import { bindShortcutSwitch, modified, shortcutsOn, typing } from "../shared/shortcuts";
import { bindHotspot } from "./hotspot";
import { bindSaving } from "./saving";
import { bindClock } from "./clock";

/* Keyboard for items: 1–9 or A–I choose, Enter confirms. The form itself is plain HTML. */

const items = [...document.querySelectorAll<HTMLFormElement>("form[data-item]")];

for (const box of document.querySelectorAll<HTMLInputElement>("[data-shortcut-switch]")) {
  bindShortcutSwitch(box);
}
for (const picture of document.querySelectorAll<HTMLElement>("[data-hotspot]")) {
  bindHotspot(picture);
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-save]")) {
  bindSaving(form);
}
for (const clock of document.querySelectorAll<HTMLElement>("[data-seconds-left]")) {
  bindClock(clock);
}

function itemFor(target: EventTarget | null): HTMLFormElement | undefined {
  const inside = items.find((item) => target instanceof Node && item.contains(target));
  if (inside) return inside;
  // With nothing focused the key can only mean the one item on the page.
  return target === document.body && items.length === 1 ? items[0] : undefined;
}

function optionIndex(key: string): number {
  if (/^[1-9]$/.test(key)) return Number(key) - 1;
  if (/^[a-i]$/i.test(key)) return key.toLowerCase().charCodeAt(0) - 97;
  return -1;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || modified(event) || event.repeat || typing(event.target)) return;
  const item = itemFor(event.target);
  if (!item) return;
  const active = event.target instanceof Element ? event.target : null;

  if (event.key === "Enter") {
    // Buttons and links keep their own Enter.
    if (active?.closest("button, a, summary, [data-hotspot]")) return;
    event.preventDefault();
    item.requestSubmit();
    return;
  }
  if (!shortcutsOn()) return;
  const options = item.querySelectorAll<HTMLInputElement>("input[name=option]");
  const chosen = options[optionIndex(event.key)];
  if (!chosen) return;
  event.preventDefault();
  chosen.checked = chosen.type === "radio" || !chosen.checked;
  chosen.focus();
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
});
