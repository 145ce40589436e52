/* A list that follows the playhead: transcript, slides, chapters. One stop of the Tab key; arrows,
   Home and End move inside it. It scrolls by itself, and leaves a reader who scrolls alone. */

const HANDS_OFF_MS = 8000;

export class Roster {
  private items: HTMLButtonElement[] = [];
  private current = -1;
  private handsOffUntil_ms = 0;
  private stop: HTMLButtonElement | null = null;

  constructor(
    private readonly list: HTMLElement,
    private readonly box: HTMLElement,
    private readonly onPick: (index: number) => void,
  ) {
    list.setAttribute("data-roster", "");
    list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest("button");
      const index = button ? this.items.indexOf(button) : -1;
      if (index < 0) return;
      this.handsOffUntil_ms = 0;
      this.onPick(index);
    });
    list.addEventListener("keydown", (event) => this.move(event));
    list.addEventListener("focusin", (event) => {
      const index = this.items.indexOf(event.target as HTMLButtonElement);
      if (index >= 0) this.moveStop(index);
    });
    for (const name of ["wheel", "touchmove", "pointerdown"]) {
      box.addEventListener(
        name,
        () => {
          this.handsOffUntil_ms = performance.now() + HANDS_OFF_MS;
        },
        { passive: true },
      );
    }
  }

  /** Takes over the list's buttons after they were made anew. */
  refresh(): void {
    this.items = [...this.list.querySelectorAll("button")];
    this.current = -1;
    this.stop = null;
    for (const button of this.items) button.tabIndex = -1;
    this.moveStop(0);
  }

  /** The entry that plays now; -1 for none. */
  mark(index: number): void {
    if (index === this.current) return;
    this.items[this.current]?.removeAttribute("aria-current");
    this.current = index;
    const item = this.items[index];
    if (!item) return;
    item.setAttribute("aria-current", "true");
    if (!this.list.contains(document.activeElement)) this.moveStop(index);
    this.reveal();
  }

  /** Scrolls to what plays, unless the reader is busy here. The page itself never moves. */
  reveal(): void {
    const item = this.items[this.current];
    if (!item || performance.now() < this.handsOffUntil_ms || !this.box.clientHeight) return;
    const here = item.getBoundingClientRect();
    const frame = this.box.getBoundingClientRect();
    const top = this.box.scrollTop + here.top - frame.top - (frame.height - here.height) / 2;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.box.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  }

  private moveStop(index: number): void {
    const item = this.items[index];
    if (!item) return;
    if (this.stop) this.stop.tabIndex = -1;
    item.tabIndex = 0;
    this.stop = item;
  }

  private move(event: KeyboardEvent): void {
    const from = this.items.indexOf(document.activeElement as HTMLButtonElement);
    if (from < 0) return;
    const shown = this.items.filter((item) => item.offsetParent !== null);
    const place = shown.indexOf(this.items[from] as HTMLButtonElement);
    const to = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      Home: 0,
      End: shown.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    shown[Math.min(shown.length - 1, Math.max(0, to))]?.focus();
  }
}
