import { Enums as ToolEnums, annotation } from "@cornerstonejs/tools";
import { eventTarget } from "@cornerstonejs/core";

import { bindShortcutSwitch } from "../shared/shortcuts";
import { Asking } from "./asking";
import { Cine } from "./cine";
import { corresponding, wordsOf, type CaseData, type Words } from "./data";
import { Drawing, shapeOf, type Drawn, type Draws } from "./drawing";
import { Engine, type ToolName } from "./engine";
import { listenToKeys, type Command } from "./keys";
import { marksInPage, type Mark } from "./marks";
import { Pane, type PaneState } from "./pane";
import { PresetMenu } from "./presets";
import { rove } from "./toolbar";

/* The viewer itself: puts the controls in place of the poster and lets panes, tools and keys work
   together. */

export async function open(root: HTMLElement, options: { focus: boolean }): Promise<void> {
  const template = root.querySelector<HTMLTemplateElement>("template[data-dicom-controls]");
  const json = root.querySelector('script[type="application/json"]')?.textContent;
  const frame = root.querySelector<HTMLElement>("[data-dicom-frame]");
  if (!template || !json || !frame) throw new Error("incomplete page");
  const viewer = new Viewer(frame, JSON.parse(json) as CaseData, template);
  await viewer.start();
  if (options.focus) viewer.focus();
  const editor = document.querySelector<HTMLElement>("[data-marks-editor]");
  if (editor) (await import("./editor")).edit(editor, viewer);
}

export class Viewer {
  private readonly words: Words;
  private readonly engine: Engine;
  private readonly bar: HTMLElement;
  private readonly panes: Pane[] = [];
  private readonly grid: HTMLElement;
  private readonly announcer: HTMLElement;
  private readonly help: HTMLDialogElement;
  private readonly presets: PresetMenu;
  private readonly cine: Cine;
  private active!: Pane;
  private tool: ToolName;
  private isLinked = true;
  private paneCount = 0;
  private readonly drawing: Drawing;
  private readonly given: Mark[] = marksInPage();
  private askings: Asking[] = [];
  private asking: Asking | null = null;
  private take: ((pane: Pane, drawn: Drawn) => void) | null = null;
  private chosen: string | null = null;
  private cameFrom: HTMLElement | null = null;
  /** Marks that the page's editor keeps. */
  edited: Mark[] = [];

  constructor(
    private readonly frame: HTMLElement,
    private readonly data: CaseData,
    template: HTMLTemplateElement,
  ) {
    this.words = wordsOf(template);
    const controls = template.content.cloneNode(true) as DocumentFragment;
    const part = <T extends HTMLElement>(selector: string): T => {
      const found = controls.querySelector<T>(selector);
      if (!found) throw new Error(`controls without ${selector}`);
      return found;
    };
    this.bar = part("[role=toolbar]");
    this.grid = part("[data-panes]");
    this.announcer = part("[data-announce]");
    this.help = part<HTMLDialogElement>("dialog");
    this.presets = new PresetMenu(part<HTMLSelectElement>("[data-preset]"), data.presets, this.words);
    this.cine = new Cine(() => this.active, part<HTMLSelectElement>("[data-speed]"));
    // A finger expects to scroll, a mouse has a wheel for that.
    this.tool = matchMedia("(pointer: coarse)").matches ? "scroll" : "window";
    this.drawing = new Drawing({
      drawn: (pane, drawn) => this.drawn(pane, drawn),
      moved: (pane) => pane.drawMarks(),
      ended: () => this.stopDrawing(),
    });
    this.engine = new Engine(this.words, () => this.active.stack.unit);
    frame.append(controls);
  }

  async start(): Promise<void> {
    const isPlayable = this.data.stacks.some((stack) => stack.frames.length > 1);
    this.control("play").hidden = this.part("[data-speed]").hidden = !isPlayable;
    this.control("full").hidden = !document.fullscreenEnabled;
    this.listen();
    this.frame.toggleAttribute("data-open", true);
    await this.layOut(1, 1);
    this.frame.toggleAttribute("data-ready", true);
    this.use(this.tool);
    this.listenToPage();
  }

  focus(): void {
    this.active.root.focus();
  }

  // --- Panes

  private async layOut(rows: number, columns: number): Promise<void> {
    const states = this.panes.map((pane) => pane.state);
    for (const pane of this.panes.splice(0)) pane.disable();
    this.grid.dataset["layout"] = `${rows}x${columns}`;
    const count = rows * columns;
    this.control("link").hidden = count < 2;
    for (let number = 0; number < count; number += 1) {
      this.panes.push(this.addPane(states[number] ?? this.freshState(states, number)));
    }
    const [first] = this.panes;
    if (!first) return;
    this.activate(first);
    await Promise.all(this.panes.map((pane) => pane.enable()));
    this.engine.referTo(count > 1 ? first.id : null);
    if (count > 1) this.follow(first);
  }

  /** The next series that no pane shows yet. */
  private freshState(states: PaneState[], number: number): PaneState {
    const taken = new Set([...states, ...this.panes.map((pane) => pane.state)].map((s) => s.stack));
    const free = this.data.stacks.findIndex((_, at) => !taken.has(at));
    const stack = free >= 0 ? free : number % this.data.stacks.length;
    return { stack, at: this.data.stacks[stack]?.start ?? 0 };
  }

  private addPane(state: PaneState): Pane {
    this.paneCount += 1;
    const pane = new Pane(
      `pane-${this.paneCount}`,
      this.engine,
      this.data.stacks,
      this.words,
      {
        activate: (one) => this.activate(one),
        scrolled: (one) => this.follow(one),
        windowed: (one) => this.showWindow(one),
        pick: (one, stack) => void one.open(stack).then(() => this.activate(one, true)),
        marks: (one) => this.marksOn(one),
      },
      () => (this.drawing.draws ? (this.drawing.drags ? "length" : "scroll") : this.tool),
      () => this.panes.length,
      state,
    );
    this.grid.append(pane.root);
    this.drawing.bind(pane);
    return pane;
  }

  private activate(pane: Pane, anew = false): void {
    if (this.active === pane && !anew) return;
    this.active = pane;
    for (const one of this.panes) one.root.toggleAttribute("data-active", one === pane);
    this.presets.offer(pane.stack);
    if (this.panes.length > 1 && pane.cornerstone) this.engine.referTo(pane.id);
  }

  /** Lets the other panes show what corresponds. */
  private follow(pane: Pane): void {
    if (!this.isLinked) return;
    for (const other of this.panes) {
      if (other === pane) continue;
      const at = corresponding(pane.stack, pane.at, other.stack);
      if (at !== null) other.scrollTo(at, true);
    }
  }

  private showWindow(pane: Pane): void {
    if (pane !== this.active) return;
    this.presets.show(pane.window, pane.chosen);
    this.control("invert").setAttribute("aria-pressed", String(pane.isInverted));
  }

  // --- Marks

  /** Questions and phrases stand in the page around the viewer. */
  private listenToPage(): void {
    for (const root of document.querySelectorAll<HTMLElement>("[data-stack-ask]")) {
      const stack = this.data.stacks.find((one) => one.key === root.dataset["stack"]);
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
    document.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const phrase = target?.closest<HTMLElement>("[data-mark]");
      const go = target?.closest<HTMLElement>("[data-stack-go]");
      if (phrase) void this.goToMark(phrase.dataset["mark"] ?? "", phrase);
      if (go) {
        const at = Number(go.dataset["image"]) - 1;
        this.chosen = null;
        void this.goTo(go.dataset["stackGo"] ?? "", at).then(() => this.comeInSight(go));
      }
    });
    this.redraw();
  }

  private marksOn(pane: Pane): { marks: Mark[]; chosen: string | null } {
    const own = this.askings.flatMap((asking) => asking.mark ?? []);
    // A phrase speaks of one of the author's marks: all others step back.
    const given = this.chosen ? this.given.filter((one) => one.id === this.chosen) : this.given;
    const marks = [...given, ...this.edited, ...own];
    if (this.drawing.draws && pane === this.active) marks.push(...this.inWork(pane));
    return { marks, chosen: this.chosen };
  }

  /** The cross, and the shape that is being drawn. */
  private inWork(pane: Pane): Mark[] {
    const { begun, cross, draws } = this.drawing;
    const base = { kind: "own", series: pane.stack.key, at: pane.at } as const;
    const marks: Mark[] = cross ? [{ ...base, shape: "point", points: [cross] }] : [];
    const shape = begun && cross && draws ? shapeOf(draws, begun, cross) : null;
    if (shape && draws && draws !== "slice") {
      marks.push({ ...base, shape: draws === "outline" ? "ellipse" : draws, ...shape });
    }
    return marks;
  }

  redraw(): void {
    for (const pane of this.panes) if (pane.cornerstone) pane.drawMarks();
  }

  stackOf(pane: Pane): string {
    return pane.stack.key;
  }

  get window(): [number, number] {
    const { centre, width } = this.active.window;
    return [Math.round(centre), Math.round(width)];
  }

  /** Lets the next shapes be drawn; `take` gets each. */
  draw(draws: Draws, sentence: string, take: (pane: Pane, drawn: Drawn) => void): void {
    this.take = take;
    this.drawing.start(draws);
    this.frame.dataset["drawing"] = draws;
    this.part("[data-task]").hidden = false;
    this.part("[data-task-words]").textContent = sentence;
    this.frame.scrollIntoView({ block: "nearest", behavior: "instant" });
    this.active.root.focus({ preventScroll: true });
    this.redraw();
  }

  private async ask(asking: Asking): Promise<void> {
    const { mark } = asking;
    this.asking = asking;
    this.cameFrom = asking.root.querySelector("[data-stack-start]");
    const stack = this.data.stacks.find((one) => one.key === asking.series);
    if (this.active.stack.key !== asking.series) {
      await this.goTo(asking.series, mark?.at ?? stack?.start ?? 0);
    }
    const help = this.words(asking.draws === "slice" ? "choosing" : "marking");
    this.draw(asking.draws, help, (pane, drawn) => {
      if (pane.stack.key !== asking.series) return;
      asking.take(drawn);
      this.part("[data-task-words]").textContent = asking.sentence;
      this.announcer.textContent = asking.sentence;
    });
    this.part("[data-choose]").hidden = asking.draws !== "slice";
  }

  private drawn(pane: Pane, drawn: Drawn): void {
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

  async goTo(series: string, at: number): Promise<void> {
    const number = this.data.stacks.findIndex((stack) => stack.key === series);
    if (number < 0) return;
    const shown = this.panes.find((pane) => pane.stack.key === series);
    const pane = shown ?? this.active;
    if (!shown) await pane.open(number, at);
    this.activate(pane, true);
    pane.scrollTo(at);
  }

  async goToMark(id: string, from: HTMLElement | null = null): Promise<void> {
    const mark = [...this.given, ...this.edited].find((one) => one.id === id);
    if (!mark) return;
    this.chosen = id;
    await this.goTo(mark.series, mark.at);
    if (mark.window) {
      this.active.applyWindow({ centre: mark.window[0], width: mark.window[1] });
    }
    this.redraw();
    const values = { number: mark.at + 1, count: this.active.stack.frames.length };
    this.announcer.textContent = [this.words("image", values), mark.label].filter(Boolean).join(". ");
    if (from) this.comeInSight(from);
  }

  /** To the stack; its button leads back to where the reader was. */
  private comeInSight(from: HTMLElement): void {
    this.cameFrom = from;
    this.part("[data-back]").hidden = false;
    this.frame.scrollIntoView({ block: "nearest", behavior: "instant" });
    this.active.root.focus({ preventScroll: true });
  }

  private goBack(): void {
    this.part("[data-back]").hidden = true;
    this.cameFrom?.scrollIntoView({ block: "center", behavior: "instant" });
    this.cameFrom?.focus({ preventScroll: true });
  }

  // --- Controls

  private part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = this.frame.querySelector<T>(selector);
    if (!found) throw new Error(`viewer without ${selector}`);
    return found;
  }

  private control(name: string): HTMLElement {
    return this.part(`[data-do=${name}]`);
  }

  private listen(): void {
    rove(this.bar);
    this.part("[data-choose]").addEventListener("click", () => this.run({ do: "choose" }));
    this.bar.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset["tool"]) this.use(button.dataset["tool"] as ToolName);
      if (button?.dataset["do"]) this.run({ do: button.dataset["do"] });
    });
    this.presets.onPick((choice) => {
      if (choice === "full") this.active.applyFullRange();
      else this.active.applyWindow(choice);
    });
    const layout = this.part<HTMLSelectElement>("select[data-layout]");
    layout.addEventListener("change", () => {
      const [rows = 1, columns = 1] = layout.value.split("x").map(Number);
      void this.layOut(rows, columns);
    });
    listenToKeys(
      this.frame,
      (command) => this.run(command),
      (event) => this.drawing.key(event, this.active),
    );
    this.part("[data-done]").addEventListener("click", () => this.drawing.stop());
    this.part("[data-back]").addEventListener("click", () => this.goBack());
    const box = this.help.querySelector<HTMLInputElement>("[data-shortcuts]");
    if (box) bindShortcutSwitch(box);
    this.cine.onChange((isPlaying) => {
      const play = this.control("play");
      play.toggleAttribute("data-playing", isPlaying);
      play.setAttribute("aria-label", this.words(isPlaying ? "pause" : "play"));
      play.title = this.words(isPlaying ? "pause" : "play");
    });
    document.addEventListener("fullscreenchange", () => {
      const isFull = document.fullscreenElement === this.frame;
      this.control("full").setAttribute("aria-pressed", String(isFull));
    });
    let resizing = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(resizing);
      resizing = requestAnimationFrame(() => this.engine.rendering.resize(true, true));
    }).observe(this.grid);
    eventTarget.addEventListener(ToolEnums.Events.ANNOTATION_COMPLETED, () => this.tellMeasured());
  }

  /** Reads the newest measurement out; its text is on the picture by then. */
  private tellMeasured(): void {
    setTimeout(() => {
      const texts = this.active.stage.querySelectorAll("[data-annotation-uid] text");
      const lines = [...(texts[texts.length - 1]?.children ?? [])].map((line) => line.textContent);
      this.announcer.textContent = this.words("measured", { value: lines.join(", ") });
    }, 150);
  }

  private use(tool: ToolName): void {
    this.tool = tool;
    this.engine.use(tool);
    this.frame.dataset["tool"] = tool;
    for (const button of this.bar.querySelectorAll<HTMLElement>("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset["tool"] === tool));
    }
  }

  private run(command: Command): void {
    const pane = this.active;
    if (command.tool) this.use(command.tool);
    if (command.scroll !== undefined) pane.scrollBy(command.scroll);
    if (command.preset !== undefined) this.presets.pick(command.preset);
    if (command.window) pane.changeWindow(...command.window);
    if (command.pan) pane.panBy(...command.pan);
    if (command.zoom) pane.zoomBy(command.zoom);
    const actions: Record<string, () => void> = {
      invert: () => pane.invert(),
      rotate: () => pane.rotate(),
      flip: () => pane.flip("flipHorizontal"),
      turn: () => pane.flip("flipVertical"),
      reset: () => pane.reset(),
      clear: () => this.clear(),
      play: () => this.cine.toggle(),
      link: () => this.link(),
      full: () => this.fullScreen(),
      help: () => this.help.showModal(),
      choose: () => this.drawn(pane, { at: pane.at, points: [], radii: null }),
    };
    if (command.do) actions[command.do]?.();
    this.showWindow(pane);
  }

  private clear(): void {
    annotation.state.removeAllAnnotations();
    for (const pane of this.panes) pane.cornerstone.render();
    this.announcer.textContent = this.words("cleared");
  }

  private link(): void {
    this.isLinked = !this.isLinked;
    this.control("link").setAttribute("aria-pressed", String(this.isLinked));
    if (this.isLinked) this.follow(this.active);
  }

  private fullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.frame.requestFullscreen().catch(() => undefined);
  }
}
