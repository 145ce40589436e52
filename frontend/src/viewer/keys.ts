import { shortcutsOn, typing } from "../shared/shortcuts";
import type { ToolName } from "./engine";

/* Keys, while focus is in the viewer. Single letters can be turned off in the help sheet; arrows
   work on the image itself only, so that sliders, menus and the toolbar keep theirs. */

export interface Command {
  do?: string;
  tool?: ToolName;
  scroll?: number;
  preset?: number;
  /** Steps of centre and width. */
  window?: [number, number];
  /** Pixels. */
  pan?: [number, number];
  zoom?: number;
}

const PAN_PX = 24;
const FAR = 1_000_000;

const ON_IMAGE: Record<string, Command> = {
  ArrowUp: { scroll: -1 },
  ArrowDown: { scroll: 1 },
  ArrowLeft: { scroll: -1 },
  ArrowRight: { scroll: 1 },
  PageUp: { scroll: -10 },
  PageDown: { scroll: 10 },
  Home: { scroll: -FAR },
  End: { scroll: FAR },
  "shift ArrowUp": { window: [1, 0] },
  "shift ArrowDown": { window: [-1, 0] },
  "shift ArrowLeft": { window: [0, -1] },
  "shift ArrowRight": { window: [0, 1] },
  "ctrl ArrowUp": { pan: [0, -PAN_PX] },
  "ctrl ArrowDown": { pan: [0, PAN_PX] },
  "ctrl ArrowLeft": { pan: [-PAN_PX, 0] },
  "ctrl ArrowRight": { pan: [PAN_PX, 0] },
  " ": { do: "play" },
  Delete: { do: "clear" },
};

// By place on the keyboard: letters must work in every alphabet.
const LETTERS: Record<string, Command> = {
  KeyS: { tool: "scroll" },
  KeyW: { tool: "window" },
  KeyZ: { tool: "zoom" },
  KeyP: { tool: "pan" },
  KeyL: { tool: "length" },
  KeyA: { tool: "angle" },
  KeyE: { tool: "ellipse" },
  KeyB: { tool: "rectangle" },
  KeyD: { tool: "probe" },
  KeyC: { tool: "cross" },
  KeyM: { do: "planes" },
  KeyQ: { do: "quality" },
  KeyI: { do: "invert" },
  KeyR: { do: "rotate" },
  KeyH: { do: "flip" },
  KeyV: { do: "turn" },
  KeyK: { do: "link" },
  KeyF: { do: "full" },
  Digit0: { do: "reset" },
  BracketRight: { do: "next-key" },
  BracketLeft: { do: "previous-key" },
};

/** `first` may take a key before: while a mark is being drawn the arrows move its cross. */
export function listenToKeys(
  frame: HTMLElement,
  run: (command: Command) => void,
  first: (event: KeyboardEvent) => boolean,
): void {
  frame.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLElement && event.target.matches("[data-pane]") && first(event)) {
      event.preventDefault();
      return;
    }
    const command = commandOf(event);
    if (!command) return;
    event.preventDefault();
    run(command);
  });
}

function commandOf(event: KeyboardEvent): Command | undefined {
  const { target } = event;
  if (event.altKey || event.metaKey || !(target instanceof HTMLElement)) return undefined;
  if (typing(target) || target.closest("dialog")) return undefined;
  if (target.matches("[data-pane]")) {
    const held = event.ctrlKey ? "ctrl " : event.shiftKey ? "shift " : "";
    const command = ON_IMAGE[held + event.key];
    if (command) return command;
  }
  if (event.ctrlKey || !shortcutsOn()) return undefined;
  if (event.key === "?") return { do: "help" };
  if (event.key === "+" || event.key === "=") return { zoom: 1.25 };
  if (event.key === "-" || event.key === "−") return { zoom: 0.8 };
  if (event.shiftKey) return undefined;
  const digit = /^Digit([1-9])$/.exec(event.code);
  return digit ? { preset: Number(digit[1]) } : LETTERS[event.code];
}
