import type { StackData, Words } from "./data";
import type { Pane } from "./pane";

/* Plays one stack at a time, to its end and over again, until somebody scrolls it by hand. */

const SPEEDS = [5, 10, 20, 30];
const USUAL_SPEED = 10;

/** Says on a button whether it plays or pauses. */
export function showPlaying(button: HTMLElement, isPlaying: boolean, words: Words): void {
  const label = words(isPlaying ? "pause" : "play");
  button.toggleAttribute("data-playing", isPlaying);
  button.setAttribute("aria-label", label);
  button.title = label;
}

/** What can be chosen for a stack: its own rate among the usual ones. */
export function speedsOf(stack: StackData): number[] {
  return [...new Set([...SPEEDS, ...(stack.rate ? [stack.rate] : [])])].sort((a, b) => a - b);
}

export class Cine {
  private timer = 0;
  private pane: Pane | null = null;
  /** Speeds that the reader chose, by the stack's key. */
  private readonly chosen = new Map<string, number>();

  constructor(
    private readonly active: () => Pane,
    private readonly speed: HTMLSelectElement,
    private readonly changed: (playing: Pane | null) => void,
  ) {
    speed.addEventListener("change", () => {
      this.chosen.set(this.active().stack.key, Number(speed.value));
      if (this.pane) this.play(this.pane);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.stop();
    });
  }

  /** Lists the speeds of a stack; that of its recording is the first choice. */
  offer(stack: StackData): void {
    const options = speedsOf(stack).map((rate) => new Option(`${rate}/s`, String(rate)));
    this.speed.replaceChildren(...options);
    this.speed.value = String(this.speedOf(stack));
  }

  toggle(pane?: Pane): void {
    if (this.pane && (!pane || this.pane === pane)) this.stop();
    else this.play(pane ?? this.active());
  }

  /** Stops; where a pane is named, only if it is that one that plays. */
  stop(pane?: Pane): void {
    if (!this.pane || (pane && pane !== this.pane)) return;
    clearInterval(this.timer);
    this.pane = null;
    this.changed(null);
  }

  private speedOf(stack: StackData): number {
    return this.chosen.get(stack.key) ?? stack.rate ?? USUAL_SPEED;
  }

  private play(pane: Pane): void {
    const { key } = pane.stack;
    clearInterval(this.timer);
    this.pane = pane;
    this.timer = window.setInterval(() => {
      if (pane.root.isConnected && pane.stack.key === key) pane.scrollTo((pane.at + 1) % pane.count);
      else this.stop();
    }, 1000 / this.speedOf(pane.stack));
    this.changed(pane);
  }
}
