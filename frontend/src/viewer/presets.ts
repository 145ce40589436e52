import type { Preset, StackData, Words } from "./data";
import type { Window } from "./pane";

/* The menu of window presets: what was recorded, those of the modality, the full range. */

export class PresetMenu {
  private shown: Preset[] = [];
  private picked: (choice: Window | null | "full") => void = () => undefined;

  constructor(
    private readonly select: HTMLSelectElement,
    private readonly presets: Preset[],
    private readonly words: Words,
  ) {
    select.addEventListener("change", () => this.choose(select.value));
  }

  onPick(picked: (choice: Window | null | "full") => void): void {
    this.picked = picked;
  }

  /** Lists what suits a stack; colour pictures have no grey levels. */
  offer(stack: StackData): void {
    this.select.disabled = stack.isColour;
    this.shown = this.presets.filter((preset) => preset.modality === stack.modality);
    const options = [
      new Option(this.words("auto"), "auto"),
      ...this.shown.map((preset, at) => new Option(preset.name, String(at))),
      new Option(this.words("full"), "full"),
    ];
    const own = new Option(this.words("custom"), "own");
    own.hidden = true;
    this.select.replaceChildren(...options, own);
    this.select.value = "auto";
  }

  /** By key: 1 is the first of the modality's presets, or what was recorded where it has none. */
  pick(number: number): void {
    if (!this.shown.length) this.choose(number === 1 ? "auto" : "full");
    else if (this.shown[number - 1]) this.choose(String(number - 1));
  }

  /** Names the window that is on: by the choice it came from, or by a preset with its numbers. */
  show(window: Window, chosen: { name: string; window: Window } | null): void {
    const at = this.shown.findIndex((preset) => isSame(preset, window));
    if (chosen && isSame(chosen.window, window)) this.select.value = chosen.name;
    else this.select.value = at >= 0 ? String(at) : "own";
  }

  private choose(value: string): void {
    const preset = this.shown[Number(value)];
    if (preset) this.picked({ centre: preset.centre, width: preset.width });
    else if (value === "full") this.picked("full");
    else this.picked(null);
  }
}

/** Whether nobody can tell two windows apart. */
function isSame(one: Window, other: Window): boolean {
  const near = Math.min(1, one.width / 50);
  return Math.abs(one.centre - other.centre) < near && Math.abs(one.width - other.width) < near;
}
