import type { Pane } from "./pane";

/* Plays the active stack, to its end and over again. */

export class Cine {
  private timer = 0;
  private changed: (isPlaying: boolean) => void = () => undefined;

  constructor(
    private readonly active: () => Pane,
    private readonly speed: HTMLSelectElement,
  ) {
    speed.addEventListener("change", () => {
      if (this.timer) this.run();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.timer) this.toggle();
    });
  }

  onChange(changed: (isPlaying: boolean) => void): void {
    this.changed = changed;
  }

  toggle(): void {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = 0;
    } else this.run();
    this.changed(this.timer !== 0);
  }

  private run(): void {
    clearInterval(this.timer);
    this.timer = window.setInterval(() => {
      const pane = this.active();
      pane.scrollTo((pane.at + 1) % pane.count);
    }, 1000 / Number(this.speed.value));
  }
}
