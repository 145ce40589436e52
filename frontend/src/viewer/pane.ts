import { Enums, cache, type Types } from "@cornerstonejs/core";

import { letters, type StackData, type Words } from "./data";
import type { Engine, ToolName } from "./engine";
import { fitting, rangeOf, stepped, toldOf, windowOf } from "./grey";
import { Overlay, type Mark, type Point } from "./marks";
import { ScrollGesture } from "./scrolling";

/* One viewport with its slider and what is written over it. What it shows is its kind's matter: a
   stack (stack-pane.ts) or a plane through a volume (plane-pane.ts). */

export interface PaneEvents {
  activate: (pane: Pane) => void;
  scrolled: (pane: Pane) => void;
  windowed: (pane: Pane) => void;
  /** Scrolled by hand, not by a loop or by another pane. */
  handled: (pane: Pane) => void;
  /** Asked to play or to pause its loop. */
  played: (pane: Pane) => void;
  /** What lies over the image that is shown. */
  marks: (pane: Pane) => { marks: Mark[]; chosen: string | null };
}

export interface Window {
  centre: number;
  width: number;
}

/** A window by the name of the choice that gave it. */
export interface Chosen {
  name: "auto" | "full";
  window: Window;
}

export interface PaneSurroundings {
  engine: Engine;
  words: Words;
  events: PaneEvents;
  tool: () => ToolName;
  loopButton: () => HTMLButtonElement;
  /** Whether the light copy of a stack is shown. */
  isLight: (stack: StackData) => boolean;
}

type Viewport = Types.IStackViewport | Types.IVolumeViewport;

export abstract class Pane {
  readonly root = document.createElement("section");
  readonly stage = document.createElement("div");
  protected readonly canvas = document.createElement("div");
  protected readonly slider = document.createElement("input");
  protected readonly meter = document.createElement("progress");
  /** Plays the stack, where it is a loop. */
  readonly loop: HTMLButtonElement;
  protected readonly overlay: Overlay;
  protected readonly words: Words;
  protected readonly engine: Engine;
  protected readonly events: PaneEvents;
  private readonly texts: Record<string, HTMLElement> = {};
  protected viewport!: Viewport;
  /** The choice without numbers of its own that the window came from. */
  chosen: Chosen | null = null;

  constructor(
    readonly id: string,
    private readonly surroundings: PaneSurroundings,
  ) {
    this.words = surroundings.words;
    this.engine = surroundings.engine;
    this.events = surroundings.events;
    this.loop = surroundings.loopButton();
    this.overlay = new Overlay(this.words);
  }

  /** The stack that the image or plane is of. */
  abstract get stack(): StackData;
  /** Which image or plane is shown, from zero, and of how many. */
  abstract get at(): number;
  abstract get count(): number;
  /** Whether an image is on the screen. */
  abstract get isShown(): boolean;
  /** The pane must be in the document, with its size. */
  abstract enable(): Promise<void>;
  abstract scrollTo(index: number, quietly?: boolean): void;
  abstract drawMarks(): void;
  /** The image whose values windows are fitted to. */
  protected abstract get measuredId(): string;
  protected abstract readonly heading: HTMLElement;

  /** The image on the screen, below 0 before the first: `at` may still be on its way. */
  get pictured(): number {
    return this.at;
  }

  protected get tool(): () => ToolName {
    return this.surroundings.tool;
  }

  get cornerstone(): Viewport {
    return this.viewport;
  }

  disable(): void {
    this.engine.removeViewport(this.id);
    this.engine.rendering.disableElement(this.id);
    this.root.remove();
  }

  scrollBy(images: number): void {
    this.scrollTo(this.at + images);
  }

  /** Where the pointer is over the canvas, in CSS pixels. */
  protected placeOf(event: MouseEvent): Point {
    const frame = this.canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  private scrollByHand(index: number): void {
    this.events.handled(this);
    this.scrollTo(index);
  }

  protected told(): void {
    const values = { number: this.at + 1, count: this.count };
    this.slider.value = String(this.at + 1);
    this.slider.setAttribute("aria-valuetext", this.words("image", values));
    this.write("number", `${values.number} / ${values.count}`);
  }

  // --- Grey levels

  get window(): Window {
    const range = this.isShown ? this.viewport.getProperties()?.voiRange : undefined;
    return range ? windowOf(range) : { centre: 0, width: 1 };
  }

  /** Sets a window; null is the one recorded with the images, or one that fits their values. */
  applyWindow(window: Window | null): void {
    const { window: kept } = this.stack;
    const recorded = kept && { centre: kept[0], width: kept[1] };
    const wanted = window ?? recorded ?? this.fitting(0.005);
    if (!wanted) return;
    this.chosen = window ? null : { name: "auto", window: wanted };
    this.setWindow(wanted);
  }

  applyFullRange(): void {
    const window = this.fitting(0);
    if (!window) return;
    this.chosen = { name: "full", window };
    this.setWindow(window);
  }

  private fitting(share: number): Window | null {
    const image = cache.getImage(this.measuredId);
    return image ? fitting(image, share) : null;
  }

  protected setWindow(window: Window): void {
    this.viewport.setProperties({ voiRange: rangeOf(window) });
    this.viewport.render();
  }

  changeWindow(centre: number, width: number): void {
    this.applyWindow(stepped(this.window, centre, width));
  }

  // --- Geometry

  zoomBy(factor: number): void {
    this.viewport.setZoom(Math.min(20, Math.max(0.3, this.viewport.getZoom() * factor)));
    this.viewport.render();
  }

  panBy(x: number, y: number): void {
    const [panX, panY] = this.viewport.getPan();
    this.viewport.setPan([panX + x, panY + y]);
    this.viewport.render();
  }

  rotate(): void {
    const { rotation = 0 } = this.viewport.getViewPresentation();
    this.viewport.setViewPresentation({ rotation: (rotation + 90) % 360 });
    this.viewport.render();
  }

  flip(axis: "flipHorizontal" | "flipVertical"): void {
    const now = this.viewport.getViewPresentation();
    this.viewport.setViewPresentation({ [axis]: !now[axis] });
    this.viewport.render();
  }

  get isInverted(): boolean {
    return Boolean(this.viewport.getProperties()?.invert);
  }

  /** Whether the reader has inverted it. */
  get isTurned(): boolean {
    return this.isInverted;
  }

  invert(): void {
    this.viewport.setProperties({ invert: !this.isInverted });
    this.viewport.render();
  }

  reset(): void {
    this.resetGrey();
    this.viewport.setViewPresentation({ rotation: 0, flipHorizontal: false, flipVertical: false });
    this.viewport.resetCamera();
    if (!this.stack.isColour) this.applyWindow(null);
    this.viewport.render();
  }

  protected resetGrey(): void {
    this.viewport.resetProperties();
  }

  // --- Parts

  /** Puts the parts together; to be called once `heading` is there. */
  protected build(): void {
    const { root, stage, canvas, slider, meter } = this;
    root.className = "dicom__pane";
    root.tabIndex = 0;
    root.dataset["pane"] = this.id;
    stage.className = "dicom__stage";
    canvas.className = "dicom__canvas";
    stage.append(canvas, this.overlay.root);
    for (const name of ["number", "window", "reduced", "broken", "note", "top", "right", "bottom", "left"]) {
      const text = document.createElement("p");
      text.className = `dicom__mark dicom__mark--${name}`;
      if (["top", "right", "bottom", "left"].includes(name)) text.setAttribute("aria-hidden", "true");
      this.texts[name] = text;
      stage.append(text);
    }
    meter.className = "dicom__meter";
    meter.setAttribute("aria-hidden", "true");
    slider.type = "range";
    slider.min = "1";
    slider.className = "dicom__slider";
    slider.setAttribute("aria-label", this.words("slider"));
    slider.addEventListener("input", () => this.scrollByHand(Number(slider.value) - 1));
    this.loop.addEventListener("click", () => this.events.played(this));
    const foot = document.createElement("div");
    foot.className = "dicom__foot";
    foot.append(this.loop, slider);
    root.append(this.heading, stage, meter, foot);
    root.addEventListener("pointerdown", () => this.events.activate(this), { capture: true });
    root.addEventListener("focusin", () => this.events.activate(this));
    stage.addEventListener("pointerdown", () => root.focus({ preventScroll: true }));
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    new ScrollGesture(stage, {
      drags: () => this.tool() === "scroll",
      images: () => this.count,
      scroll: (images) => this.scrollByHand(this.at + images),
    });
    const { Events } = Enums;
    canvas.addEventListener(Events.VOI_MODIFIED, () => this.showWindow());
    canvas.addEventListener(Events.CAMERA_MODIFIED, () => this.showDirections());
    canvas.addEventListener(Events.IMAGE_RENDERED, () => this.drawMarks());
  }

  /** Whether what is shown is the light copy, which nobody may measure on. */
  get isLight(): boolean {
    return this.surroundings.isLight(this.stack);
  }

  /** Says whether it is the light copy; to be called when the images change. */
  protected tellQuality(): void {
    this.write("reduced", this.isLight ? this.words("reduced") : "");
  }

  /** Says that the images are not there any more, and offers the page anew. */
  protected sayReplaced(): void {
    if (this.stage.querySelector(".dicom__replaced")) return;
    const notice = document.createElement("div");
    notice.className = "dicom__replaced";
    notice.setAttribute("role", "status");
    const sentence = document.createElement("p");
    const reload = document.createElement("button");
    reload.type = "button";
    reload.className = "button";
    reload.textContent = this.words("reload");
    reload.addEventListener("click", () => location.reload());
    notice.append(sentence, reload);
    // Tools of the stage have no say over it.
    notice.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.stage.append(notice);
    sentence.textContent = this.words("replaced");
  }

  protected takeReplacedAway(): void {
    this.stage.querySelector(".dicom__replaced")?.remove();
  }

  /** A sentence over the image; empty takes it away. */
  say(sentence: string): void {
    this.write("note", sentence);
  }

  protected write(name: string, text: string): void {
    const element = this.texts[name];
    if (element && element.textContent !== text) element.textContent = text;
  }

  protected showWindow(): void {
    if (this.stack.isColour || !this.isShown) return;
    const { centre, width } = toldOf(this.window);
    this.write("window", this.words("window", { centre, width }));
    this.events.windowed(this);
  }

  /** Takes away what was said of the stack that was shown before. */
  protected forgetTexts(): void {
    for (const name of ["window", "top", "right", "bottom", "left"]) this.write(name, "");
  }

  protected showDirections(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    // The first events come while the viewport is being made.
    if (!this.stack.orientation || !width || !this.isShown) return;
    const world = (x: number, y: number) => this.viewport.canvasToWorld([x, y]);
    const centre = world(width / 2, height / 2);
    const towards = (x: number, y: number) => {
      const point = world(x, y);
      return letters(point.map((value, axis) => value - (centre[axis] ?? 0)));
    };
    this.write("left", towards(0, height / 2));
    this.write("right", towards(width, height / 2));
    this.write("top", towards(width / 2, 0));
    this.write("bottom", towards(width / 2, height));
  }
}
