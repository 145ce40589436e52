import { Enums as ToolEnums, annotation } from "@cornerstonejs/tools";
import { eventTarget } from "@cornerstonejs/core";

import { bindShortcutSwitch } from "../shared/shortcuts";
import { Cine, showPlaying } from "./cine";
import { wordsOf, type CaseData, type Words } from "./data";
import { Engine, MEASURING, isMeasuring, type ToolName } from "./engine";
import { listenToKeys, type Command } from "./keys";
import { Layout } from "./layout";
import type { Pane } from "./pane";
import { Pointing } from "./pointing";
import { isGone } from "./prefetch";
import { PresetMenu } from "./presets";
import { Quality } from "./quality";
import { save } from "./saving";
import { StackPane } from "./stack-pane";
import { rove } from "./toolbar";

/** What is read of Cornerstone's annotation. */
interface Measured {
  annotationUID?: string;
  invalidated?: boolean;
}

const LOOK_EVERY_MS = 80;
const MOST_LOOKS = 100;

/* The viewer itself: puts the controls in place of the poster and lets panes, tools and keys work
   together. */

export async function open(root: HTMLElement, options: { focus: boolean }): Promise<void> {
  const template = root.querySelector<HTMLTemplateElement>("template[data-dicom-controls]");
  const json = root.querySelector('script[type="application/json"]')?.textContent;
  const frame = root.querySelector<HTMLElement>("[data-dicom-frame]");
  if (!template || !json || !frame) throw new Error("incomplete page");
  const viewer = new Viewer(frame, JSON.parse(json) as CaseData, template);
  await viewer.start();
  const first = root.dataset["opens"];
  if (first) await viewer.pointing.goToMark(first);
  if (options.focus) viewer.focus();
  const editor = document.querySelector<HTMLElement>("[data-marks-editor]");
  if (editor) (await import("./editor")).edit(editor, viewer.pointing);
}

class Viewer {
  readonly pointing: Pointing;
  private readonly words: Words;
  private readonly engine: Engine;
  private readonly layout: Layout;
  private readonly bar: HTMLElement;
  private readonly announcer: HTMLElement;
  private readonly help: HTMLDialogElement;
  private readonly layouts: HTMLSelectElement;
  private readonly presets: PresetMenu;
  private readonly cine: Cine;
  private readonly quality: Quality;
  private tool: ToolName;
  /** The tool that was in hand before one that planes or true values are needed for. */
  private toolBefore: ToolName;

  constructor(
    private readonly frame: HTMLElement,
    private readonly data: CaseData,
    template: HTMLTemplateElement,
  ) {
    this.words = wordsOf(template);
    frame.append(template.content.cloneNode(true));
    this.bar = this.part("[role=toolbar]");
    this.announcer = this.part("[data-announce]");
    this.help = this.part<HTMLDialogElement>("dialog");
    this.layouts = this.part<HTMLSelectElement>("select[data-layout]");
    this.presets = new PresetMenu(
      this.part<HTMLSelectElement>("[data-preset]"),
      data.presets,
      this.words,
    );
    this.cine = new Cine(
      () => this.active,
      this.part<HTMLSelectElement>("[data-speed]"),
      (playing) => this.showPlaying(playing),
    );
    // A finger expects to scroll, a mouse has a wheel for that.
    this.tool = matchMedia("(pointer: coarse)").matches ? "scroll" : "window";
    this.toolBefore = this.tool;
    this.quality = new Quality(data.stacks);
    this.engine = new Engine(this.words, () => this.active.stack.unit);
    this.pointing = new Pointing(
      frame,
      data.stacks,
      this.words,
      () => this.layout,
      (sentence) => this.announce(sentence),
    );
    this.layout = this.makeLayout();
  }

  async start(): Promise<void> {
    const isPlayable = this.data.stacks.some((stack) => stack.frames.length > 1);
    this.control("play").hidden = this.part("[data-speed]").hidden = !isPlayable;
    const hasKeys = this.pointing.given.some((mark) => mark.shape === "key");
    this.control("next-key").hidden = !hasKeys;
    this.control("full").hidden = !document.fullscreenEnabled;
    this.listen();
    this.frame.toggleAttribute("data-open", true);
    await this.layout.arrange(1, 1);
    this.frame.toggleAttribute("data-ready", true);
    this.use(this.tool);
    this.pointing.listenToPage();
  }

  focus(): void {
    this.active.root.focus();
  }

  private get active(): Pane {
    return this.layout.active;
  }

  private announce(sentence: string): void {
    this.announcer.textContent = sentence;
  }

  // --- Panes

  private makeLayout(): Layout {
    const { drawing } = this.pointing;
    return new Layout(
      this.part("[data-panes]"),
      this.data.stacks,
      this.engine,
      {
        engine: this.engine,
        words: this.words,
        events: {
          activate: (pane) => this.layout.activate(pane),
          scrolled: (pane) => this.layout.follow(pane),
          windowed: (pane) => this.showWindow(pane),
          handled: (pane) => this.cine.stop(pane),
          played: (pane) => this.cine.toggle(pane),
          marks: (pane) => this.pointing.marksOn(pane),
        },
        isLight: (stack) => this.quality.shows(stack),
        loopButton: () => this.loopButton(),
        tool: () => (drawing.draws ? (drawing.drags ? "length" : "scroll") : this.tool),
      },
      {
        added: (pane) => {
          if (pane instanceof StackPane) drawing.bind(pane);
        },
        activated: (pane) => {
          this.presets.offer(pane.stack);
          this.cine.offer(pane.stack);
          if (pane.cornerstone) this.showWindow(pane);
          this.allowMeasuring();
        },
        arranged: () => this.showLayout(),
      },
    );
  }

  private async layOut(name: string): Promise<void> {
    if (name !== "planes") {
      const [rows = 1, columns = 1] = name.split("x").map(Number);
      await this.layout.arrange(rows, columns);
      return;
    }
    const refusal = await this.layout.arrangePlanes();
    if (!refusal) return;
    this.layouts.value = this.layout.name;
    const sentence = this.words(refusal);
    this.active.say(sentence);
    this.announce(sentence);
  }

  private showLayout(): void {
    const { layout, layouts } = this;
    layouts.value = layout.name;
    this.showWindow(this.active);
    const isPlanes = Boolean(layout.volume);
    this.engine.cramp(layout.panes.length > 1);
    this.control("link").hidden = isPlanes || layout.panes.length < 2;
    this.control("planes").setAttribute("aria-pressed", String(isPlanes));
    this.part("[data-tool=cross]").hidden = !isPlanes;
    this.allowMeasuring();
    if (isPlanes && this.tool !== "cross") this.use("cross");
    else if (!isPlanes && this.tool === "cross") this.use(this.toolBefore);
  }

  /** The light copy is not for measuring: neither lengths nor values. */
  private allowMeasuring(): void {
    const { isLight, stack } = this.active;
    const button = this.control("quality");
    button.hidden = !this.quality.isChoice;
    button.toggleAttribute("disabled", !stack.light);
    button.setAttribute("aria-pressed", String(isLight));
    for (const tool of MEASURING) {
      this.part(`[data-tool=${tool}]`).toggleAttribute("disabled", isLight);
    }
    if (isLight && isMeasuring(this.tool)) this.use(this.toolBefore);
  }

  private async changeQuality(): Promise<void> {
    if (!this.active.stack.light) return;
    this.quality.toggle();
    await this.layout.changeQuality();
    this.announce(this.words(this.active.isLight ? "reduced" : "complete"));
  }

  private showWindow(pane: Pane): void {
    if (!pane.isShown) return;
    if (this.layout.volume) this.shareWindow(pane);
    if (pane !== this.active) return;
    if (!pane.stack.isColour) this.presets.show(pane.window, pane.chosen);
    this.control("invert").setAttribute("aria-pressed", String(pane.isTurned));
  }

  /** Planes through one volume have one window. */
  private shareWindow(from: Pane): void {
    if (from !== this.active) return;
    const { centre, width } = from.window;
    for (const pane of this.layout.panes) {
      if (pane === from || !pane.cornerstone) continue;
      const now = pane.window;
      if (Math.abs(now.centre - centre) + Math.abs(now.width - width) > width / 1000) {
        pane.applyWindow({ centre, width });
      }
    }
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
    this.part("[data-choose]").addEventListener("click", () => this.pointing.choose());
    this.bar.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.dataset["tool"]) this.use(button.dataset["tool"] as ToolName);
      if (button?.dataset["do"]) this.run({ do: button.dataset["do"] });
    });
    this.presets.onPick((choice) => {
      if (!this.active.isShown) return;
      if (choice === "full") this.active.applyFullRange();
      else this.active.applyWindow(choice);
      this.showWindow(this.active);
    });
    this.layouts.addEventListener("change", () => void this.layOut(this.layouts.value));
    const { drawing } = this.pointing;
    listenToKeys(
      this.frame,
      (command) => this.run(command),
      (event) => this.active instanceof StackPane && drawing.key(event, this.active),
    );
    const box = this.help.querySelector<HTMLInputElement>("[data-shortcuts]");
    if (box) bindShortcutSwitch(box);
    document.addEventListener("fullscreenchange", () => {
      const isFull = document.fullscreenElement === this.frame;
      this.control("full").setAttribute("aria-pressed", String(isFull));
    });
    // The loader leaves rejections behind of requests whose failure the panes have told.
    window.addEventListener("unhandledrejection", (event) => {
      if (event.reason instanceof XMLHttpRequest && isGone(event.reason)) event.preventDefault();
    });
    let resizing = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(resizing);
      resizing = requestAnimationFrame(() => this.engine.rendering.resize(true, true));
    }).observe(this.part("[data-panes]"));
    eventTarget.addEventListener(ToolEnums.Events.ANNOTATION_COMPLETED, (event: Event) => {
      const { annotation: made } = (event as CustomEvent<{ annotation: Measured }>).detail;
      this.tellMeasured(made);
    });
  }

  private loopButton(): HTMLButtonElement {
    const { content } = this.part<HTMLTemplateElement>("template[data-loop]");
    return content.firstElementChild?.cloneNode(true) as HTMLButtonElement;
  }

  private showPlaying(playing: Pane | null): void {
    showPlaying(this.control("play"), playing !== null, this.words);
    for (const pane of this.layout.panes) showPlaying(pane.loop, pane === playing, this.words);
  }

  /** Reads a new measurement out once its text stands on the picture and changes no more. */
  private tellMeasured(made: Measured, before = "", looks = 0): void {
    setTimeout(() => {
      const found = this.frame.querySelector(
        `[data-annotation-uid="${CSS.escape(made.annotationUID ?? "")}"] text`,
      );
      const text = [...(found?.children ?? [])].flatMap((line) => line.textContent || []).join(", ");
      if (text && text === before && !made.invalidated) {
        this.announce(this.words("measured", { value: text }));
      } else if (looks < MOST_LOOKS) this.tellMeasured(made, text, looks + 1);
    }, LOOK_EVERY_MS);
  }

  private use(tool: ToolName): void {
    if (tool === "cross" && !this.layout.volume) return;
    if (isMeasuring(tool) && this.active.isLight) {
      this.announce(this.words("reduced"));
      return;
    }
    if (!isMeasuring(tool) && tool !== "cross") this.toolBefore = tool;
    this.tool = tool;
    this.engine.use(tool);
    this.frame.dataset["tool"] = tool;
    for (const button of this.bar.querySelectorAll<HTMLElement>("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset["tool"] === tool));
    }
  }

  private run(command: Command): void {
    const pane = this.active;
    // Keys may come before the first image has a place to be shown in.
    if (!pane.cornerstone) return;
    if (command.tool) this.use(command.tool);
    if (command.scroll !== undefined) {
      this.cine.stop(pane);
      pane.scrollBy(command.scroll);
    }
    if (pane.isShown) this.changeView(pane, command);
    const actions: Record<string, () => void> = {
      clear: () => this.clear(),
      save: () => this.saveMeasurements(),
      play: () => this.cine.toggle(),
      link: () => this.link(),
      planes: () => void this.layOut(this.layout.volume ? "1x1" : "planes"),
      "next-key": () => void this.pointing.leaf(1),
      "previous-key": () => void this.pointing.leaf(-1),
      quality: () => void this.changeQuality(),
      full: () => this.fullScreen(),
      help: () => this.help.showModal(),
    };
    if (command.do) actions[command.do]?.();
    this.showWindow(pane);
  }

  /** What needs an image. */
  private changeView(pane: Pane, command: Command): void {
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
    };
    if (command.do) actions[command.do]?.();
  }

  private clear(): void {
    annotation.state.removeAllAnnotations();
    for (const pane of this.layout.panes) pane.cornerstone.render();
    this.announce(this.words("cleared"));
  }

  private saveMeasurements(): void {
    const count = save(this.active.stack);
    this.announce(this.words(count ? "saved" : "unmeasured", { count }));
    if (!count) this.active.say(this.words("unmeasured"));
  }

  private link(): void {
    const isLinked = !this.layout.isLinked;
    this.layout.link(isLinked);
    this.control("link").setAttribute("aria-pressed", String(isLinked));
    this.announce(this.words(isLinked ? "linked" : "unlinked"));
  }

  private fullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.frame.requestFullscreen().catch(() => undefined);
  }
}
