import { Asking } from "./asking";
import type { StackData, Words } from "./data";
import { Drawing, shapeOf, type Drawn, type Draws } from "./drawing";
import type { Layout } from "./layout";
import { marksInPage, type Mark } from "./marks";
import type { Pane } from "./pane";
import { StackPane } from "./stack-pane";

/* What ties the page to the stack: phrases of the text, questions, marks being drawn. */

export class Pointing {
  readonly drawing: Drawing;
  readonly given: Mark[] = marksInPage();
  /** Marks that the page's editor keeps. */
  edited: Mark[] = [];
  private askings: Asking[] = [];
  private asking: Asking | null = null;
  private take: ((pane: StackPane, drawn: Drawn) => void) | null = null;
  private chosen: string | null = null;
  private cameFrom: HTMLElement | null = null;

  constructor(
    private readonly frame: HTMLElement,
    private readonly stacks: StackData[],
    private readonly words: Words,
    private readonly layout: () => Layout,
    private readonly announce: (sentence: string) => void,
  ) {
    this.drawing = new Drawing({
      drawn: (pane, drawn) => this.drawn(pane, drawn),
      moved: (pane) => pane.drawMarks(),
      ended: () => this.stopDrawing(),
    });
  }

  /** Questions and phrases stand in the page around the viewer. */
  listenToPage(): void {
    for (const root of document.querySelectorAll<HTMLElement>("[data-stack-ask]")) {
      const stack = this.stacks.find((one) => one.key === root.dataset["stack"]);
      if (!stack) continue;
      this.askings.push(
        new Asking(
          root,
          stack,
          this.words,
          (asking) => void this.ask(asking),
          () => this.redraw(),
        ),
      );
    }
    this.part("[data-done]").addEventListener("click", () => this.drawing.stop());
    this.part("[data-back]").addEventListener("click", () => this.goBack());
    document.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const phrase = target?.closest<HTMLElement>("[data-mark]");
      const go = target?.closest<HTMLElement>("[data-stack-go]");
      if (phrase) void this.goToMark(phrase.dataset["mark"] ?? "", phrase);
      if (go) {
        const at = Number(go.dataset["image"]) - 1;
        this.chosen = null;
        void this.layout().goTo(go.dataset["stackGo"] ?? "", at).then(() => this.comeInSight(go));
      }
    });
    this.redraw();
  }

  marksOn(pane: Pane): { marks: Mark[]; chosen: string | null } {
    const own = this.askings.flatMap((asking) => asking.mark ?? []);
    // A phrase speaks of one of the author's marks: all others step back. A key image is meant
    // with all that lies on it.
    const chosen = this.given.find((one) => one.id === this.chosen);
    const isPhrase = chosen && chosen.shape !== "key";
    const given = isPhrase ? this.given.filter((one) => one === chosen) : this.given;
    const marks = [...given, ...this.edited, ...own];
    if (this.drawing.draws && pane === this.layout().active) marks.push(...this.inWork(pane));
    return { marks, chosen: this.chosen };
  }

  redraw(): void {
    for (const pane of this.layout().panes) if (pane.cornerstone) pane.drawMarks();
  }

  get window(): [number, number] {
    const { centre, width } = this.layout().active.window;
    return [Math.round(centre), Math.round(width)];
  }

  /** The image that is looked at. */
  get place(): { series: string; at: number } {
    const { active } = this.layout();
    return { series: active.stack.key, at: active.at };
  }

  /** Lets the next shapes be drawn; `take` gets each. */
  async draw(
    draws: Draws,
    sentence: string,
    take: (pane: StackPane, drawn: Drawn) => void,
  ): Promise<void> {
    // Marks lie on images, not on planes computed through them.
    if (this.layout().volume) await this.layout().arrange(1, 1);
    this.take = take;
    this.drawing.start(draws);
    this.frame.dataset["drawing"] = draws;
    this.part("[data-task]").hidden = false;
    this.part("[data-choose]").hidden = true;
    this.part("[data-task-words]").textContent = sentence;
    this.frame.scrollIntoView({ block: "nearest", behavior: "instant" });
    this.layout().active.root.focus({ preventScroll: true });
    this.redraw();
  }

  /** The image itself is the answer. */
  choose(): void {
    const { active } = this.layout();
    if (active instanceof StackPane) this.drawn(active, { at: active.at, points: [], radii: null });
  }

  async goToMark(id: string, from: HTMLElement | null = null): Promise<void> {
    const mark = [...this.given, ...this.edited].find((one) => one.id === id);
    if (!mark) return;
    this.chosen = id;
    await this.layout().goTo(mark.series, mark.at);
    const { active } = this.layout();
    if (mark.window) active.applyWindow({ centre: mark.window[0], width: mark.window[1] });
    this.redraw();
    const values = { number: mark.at + 1, count: active.count };
    this.announce([this.words("image", values), mark.label].filter(Boolean).join(". "));
    if (from) this.comeInSight(from);
  }

  /** Leafs through the author's key images, in the order of stacks and slices. */
  async leaf(step: 1 | -1): Promise<void> {
    const order = (mark: Mark): number =>
      this.stacks.findIndex((stack) => stack.key === mark.series) * 1e6 + mark.at;
    const keys = this.given.filter((mark) => mark.shape === "key");
    keys.sort((one, other) => order(one) - order(other));
    if (!keys.length) return;
    const now = keys.findIndex((mark) => mark.id === this.chosen);
    const next = now < 0 ? (step > 0 ? 0 : keys.length - 1) : (now + step + keys.length) % keys.length;
    await this.goToMark(keys[next]?.id ?? "");
  }

  /** The cross, and the shape that is being drawn. */
  private inWork(pane: Pane): Mark[] {
    const { begun, cross, draws } = this.drawing;
    const base = { kind: "own", series: pane.stack.key, at: pane.pictured } as const;
    const marks: Mark[] = cross ? [{ ...base, shape: "point", points: [cross] }] : [];
    const shape = begun && cross && draws ? shapeOf(draws, begun, cross) : null;
    if (shape && draws && draws !== "slice") {
      marks.push({ ...base, shape: draws === "outline" ? "ellipse" : draws, ...shape });
    }
    return marks;
  }

  private async ask(asking: Asking): Promise<void> {
    const { mark } = asking;
    this.asking = asking;
    this.cameFrom = asking.root.querySelector("[data-stack-start]");
    const stack = this.stacks.find((one) => one.key === asking.series);
    if (this.layout().active.stack.key !== asking.series) {
      await this.layout().goTo(asking.series, mark?.at ?? stack?.start ?? 0);
    }
    const help = this.words(asking.draws === "slice" ? "choosing" : "marking");
    await this.draw(asking.draws, help, (pane, drawn) => {
      if (pane.stack.key !== asking.series) return;
      asking.take(drawn);
      this.part("[data-task-words]").textContent = asking.sentence;
      this.announce(asking.sentence);
    });
    this.part("[data-choose]").hidden = asking.draws !== "slice";
  }

  private drawn(pane: StackPane, drawn: Drawn): void {
    this.take?.(pane, drawn);
    this.redraw();
  }

  private stopDrawing(): void {
    delete this.frame.dataset["drawing"];
    this.part("[data-task]").hidden = true;
    this.take = null;
    const { asking } = this;
    this.asking = null;
    this.redraw();
    if (!asking) return;
    asking.root.closest(".item")?.scrollIntoView({ block: "nearest", behavior: "instant" });
    this.cameFrom?.focus();
  }

  /** To the stack; its button leads back to where the reader was. */
  private comeInSight(from: HTMLElement): void {
    this.cameFrom = from;
    this.part("[data-back]").hidden = false;
    this.frame.scrollIntoView({ block: "nearest", behavior: "instant" });
    this.layout().active.root.focus({ preventScroll: true });
  }

  private goBack(): void {
    this.part("[data-back]").hidden = true;
    this.cameFrom?.scrollIntoView({ block: "center", behavior: "instant" });
    this.cameFrom?.focus({ preventScroll: true });
  }

  private part(selector: string): HTMLElement {
    const found = this.frame.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`viewer without ${selector}`);
    return found;
  }
}
