import { Enums as ToolEnums, annotation } from "@cornerstonejs/tools";
import { eventTarget } from "@cornerstonejs/core";

import { bindShortcutSwitch } from "../shared/shortcuts";
import { Cine } from "./cine";
import { corresponding, wordsOf, type CaseData, type Words } from "./data";
import { Engine, type ToolName } from "./engine";
import { listenToKeys, type Command } from "./keys";
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
}

class Viewer {
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
      },
      () => this.tool,
      () => this.panes.length,
      state,
    );
    this.grid.append(pane.root);
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
    listenToKeys(this.frame, (command) => this.run(command));
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
