import { Enums, cache, type Types } from "@cornerstonejs/core";

import { letters, type StackData, type Words } from "./data";
import { Overlay, type Mark, type Point } from "./marks";
import { imageIdsOf, windowLevel, type Engine, type ToolName } from "./engine";
import { Prefetch } from "./prefetch";
import { ScrollGesture } from "./scrolling";

/* One viewport with its slider, its overlay and the stack it shows. */

export interface PaneEvents {
  activate: (pane: Pane) => void;
  scrolled: (pane: Pane) => void;
  windowed: (pane: Pane) => void;
  pick: (pane: Pane, stack: number) => void;
  /** What lies over the image of the stack that is shown. */
  marks: (pane: Pane) => { marks: Mark[]; chosen: string | null };
}

export interface Window {
  centre: number;
  width: number;
}

/** What a pane remembers while the layout changes. */
export interface PaneState {
  stack: number;
  at: number;
}

type Viewport = Types.IStackViewport;

export class Pane {
  readonly root = document.createElement("section");
  readonly stage = document.createElement("div");
  private readonly canvas = document.createElement("div");
  private readonly slider = document.createElement("input");
  private readonly marks: Record<string, HTMLElement> = {};
  private readonly select = document.createElement("select");
  private readonly overlay: Overlay;
  private viewport!: Viewport;
  private imageIds: string[] = [];
  private prefetch: Prefetch | null = null;
  private target = 0;
  private shown = -1;
  private isPumping = false;
  private stackNumber: number;
  private recorded: Window | null = null;
  /** The choice without numbers of its own that the window came from. */
  chosen: { name: "auto" | "full"; window: Window } | null = null;

  constructor(
    readonly id: string,
    private readonly engine: Engine,
    private readonly stacks: StackData[],
    private readonly words: Words,
    private readonly events: PaneEvents,
    private readonly tool: () => ToolName,
    private readonly sharers: () => number,
    state: PaneState,
  ) {
    this.stackNumber = state.stack;
    this.target = state.at;
    this.overlay = new Overlay(words);
    this.build();
  }

  get stack(): StackData {
    const stack = this.stacks[this.stackNumber];
    if (!stack) throw new Error(`no stack ${this.stackNumber}`);
    return stack;
  }

  get state(): PaneState {
    return { stack: this.stackNumber, at: this.target };
  }

  get at(): number {
    return this.target;
  }

  get cornerstone(): Viewport {
    return this.viewport;
  }

  // --- Pixels and marks

  /** Column and row under the pointer, from zero at the centre of the first pixel; null beside the
      image. */
  pixelAt(event: MouseEvent): Point | null {
    const frame = this.canvas.getBoundingClientRect();
    const data = this.viewport.getImageData()?.imageData;
    if (!data?.worldToIndex || this.shown < 0) return null;
    const place = [event.clientX - frame.left, event.clientY - frame.top] as Point;
    const [x = 0, y = 0] = data.worldToIndex(this.viewport.canvasToWorld(place));
    const [inX, inY] = this.within([x, y]);
    return Math.abs(inX - x) > 0.5 || Math.abs(inY - y) > 0.5 ? null : [inX, inY];
  }

  /** The nearest point that lies on the image. */
  within([x, y]: Point): Point {
    const { columns, rows } = this.stack;
    return [Math.min(columns - 1, Math.max(0, x)), Math.min(rows - 1, Math.max(0, y))];
  }

  get centre(): Point {
    return [(this.stack.columns - 1) / 2, (this.stack.rows - 1) / 2];
  }

  /** Draws the marks anew over the image that is shown. */
  drawMarks(): void {
    const data = this.viewport.getImageData()?.imageData;
    const { marks, chosen } = this.events.marks(this);
    const here = marks.filter((mark) => mark.series === this.stack.key && mark.at === this.shown);
    this.overlay.draw(
      this.stack,
      data ? here : [],
      ([x, y]) => {
        const world = data?.indexToWorld?.([x, y, 0]);
        if (!world) return null;
        const [left, top] = this.viewport.worldToCanvas([...world] as Types.Point3);
        return [left, top];
      },
      chosen,
    );
  }

  /** The pane must be in the document, with its size. */
  async enable(): Promise<void> {
    this.engine.rendering.enableElement({
      viewportId: this.id,
      type: Enums.ViewportType.STACK,
      element: this.canvas,
      defaultOptions: { background: [0, 0, 0] },
    });
    this.viewport = this.engine.rendering.getViewport(this.id) as Viewport;
    this.engine.addViewport(this.id);
    await this.load();
  }

  disable(): void {
    this.prefetch?.stop();
    this.engine.removeViewport(this.id);
    this.engine.rendering.disableElement(this.id);
    this.root.remove();
  }

  async open(stack: number, at?: number): Promise<void> {
    this.stackNumber = stack;
    this.target = at ?? this.stack.start;
    await this.load();
  }

  private async load(): Promise<void> {
    const { stack } = this;
    this.prefetch?.stop();
    this.imageIds = imageIdsOf(stack);
    this.target = Math.min(this.target, this.imageIds.length - 1);
    this.shown = -1;
    this.slider.max = String(this.imageIds.length);
    this.slider.hidden = this.imageIds.length < 2;
    this.root.setAttribute("aria-label", this.words("images", { series: stack.label }));
    if (this.select.options.length) this.select.value = String(this.stackNumber);
    this.recorded = stack.window && { centre: stack.window[0], width: stack.window[1] };
    await this.viewport.setStack(this.imageIds, this.target);
    this.shown = this.target;
    this.viewport.resetProperties();
    this.viewport.resetCamera();
    if (!stack.isColour) this.applyWindow(null);
    this.viewport.render();
    this.mark("note", stack.note);
    this.told();
    this.showDirections();
    this.startPrefetch();
  }

  private startPrefetch(): void {
    const { stack } = this;
    const count = this.imageIds.length;
    const bytes = stack.rows * stack.columns * (stack.isColour ? 3 : 4);
    const meter = this.marks["meter"] as HTMLProgressElement;
    meter.max = count;
    meter.hidden = count < 2;
    const prefetch = new Prefetch(this.imageIds, {
      bytesPerImage: bytes,
      sharers: this.sharers(),
      lanes: 4,
      onLoaded: (done) => {
        if (this.prefetch !== prefetch) return;
        meter.value = done;
        meter.hidden = done >= count;
        if (done >= count) this.root.dataset["whole"] = "";
      },
    });
    delete this.root.dataset["whole"];
    this.prefetch = prefetch;
    prefetch.loaded(this.target);
    prefetch.around(this.target);
  }

  // --- Scrolling

  scrollBy(images: number): void {
    this.scrollTo(this.target + images);
  }

  /** Shows an image of the stack; `quietly` without telling the panes that scroll along. */
  scrollTo(index: number, quietly = false): void {
    const at = Math.max(0, Math.min(this.imageIds.length - 1, index));
    if (at === this.target) return;
    this.target = at;
    this.told();
    this.prefetch?.around(at);
    if (!quietly) this.events.scrolled(this);
    void this.pump();
  }

  /** One image at a time, always the latest that was asked for, at most one a frame. */
  private async pump(): Promise<void> {
    if (this.isPumping) return;
    this.isPumping = true;
    try {
      while (this.shown !== this.target) {
        const wanted = this.target;
        const id = this.imageIds[wanted] ?? "";
        await this.viewport.setImageIdIndex(wanted);
        this.shown = wanted;
        this.drawMarks();
        this.mark("broken", cache.isLoaded(id) ? "" : this.words("broken"));
        this.prefetch?.loaded(wanted);
        await new Promise(requestAnimationFrame);
      }
    } finally {
      this.isPumping = false;
    }
  }

  private told(): void {
    const values = { number: this.target + 1, count: this.imageIds.length };
    this.slider.value = String(this.target + 1);
    this.slider.setAttribute("aria-valuetext", this.words("image", values));
    this.mark("number", `${values.number} / ${values.count}`);
  }

  // --- Grey levels

  get window(): Window {
    const range = this.viewport.getProperties().voiRange;
    if (!range) return { centre: 0, width: 1 };
    const { windowCenter, windowWidth } = windowLevel.toWindowLevel(range.lower, range.upper);
    return { centre: windowCenter, width: windowWidth };
  }

  /** Sets a window; null is the one recorded with the images, or one that fits their values. */
  applyWindow(window: Window | null): void {
    const wanted = window ?? this.recorded ?? this.fitting(0.005);
    if (!wanted) return;
    if (!window) this.chosen = { name: "auto", window: wanted };
    this.viewport.setProperties({
      voiRange: windowLevel.toLowHighRange(Math.max(1, wanted.width), wanted.centre),
    });
    this.viewport.render();
  }

  applyFullRange(): void {
    const window = this.fitting(0);
    if (!window) return;
    this.chosen = { name: "full", window };
    this.applyWindow(window);
  }

  /** The window that shows all values of this image but a share at both ends. */
  private fitting(share: number): Window | null {
    const image = cache.getImage(this.imageIds[this.shown] ?? "");
    const values = image?.getPixelData();
    if (!image || !values) return null;
    const step = Math.max(1, Math.floor(values.length / 20_000));
    const sample: number[] = [];
    for (let at = 0; at < values.length; at += step) sample.push(values[at] ?? 0);
    sample.sort((one, other) => one - other);
    const low = share ? (sample[Math.floor(sample.length * share)] ?? 0) : image.minPixelValue;
    const high = share
      ? (sample[Math.ceil(sample.length * (1 - share)) - 1] ?? 1)
      : image.maxPixelValue;
    return { centre: (low + high) / 2, width: Math.max(1, high - low) };
  }

  changeWindow(centre: number, width: number): void {
    const now = this.window;
    const step = Math.max(1, now.width / 25);
    this.applyWindow({
      centre: now.centre + centre * step,
      width: Math.max(1, now.width + width * step),
    });
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
    return Boolean(this.viewport.getProperties().invert);
  }

  invert(): void {
    this.viewport.setProperties({ invert: !this.isInverted });
    this.viewport.render();
  }

  reset(): void {
    this.viewport.resetProperties();
    this.viewport.setViewPresentation({ rotation: 0, flipHorizontal: false, flipVertical: false });
    this.viewport.resetCamera();
    if (!this.stack.isColour) this.applyWindow(null);
    this.viewport.render();
  }

  // --- Parts

  private build(): void {
    const { root, stage, canvas, slider } = this;
    root.className = "dicom__pane";
    root.tabIndex = 0;
    root.dataset["pane"] = this.id;
    stage.className = "dicom__stage";
    canvas.className = "dicom__canvas";
    stage.append(canvas, this.overlay.root);
    for (const name of ["number", "window", "broken", "note", "top", "right", "bottom", "left"]) {
      const mark = document.createElement("p");
      mark.className = `dicom__mark dicom__mark--${name}`;
      if (["top", "right", "bottom", "left"].includes(name)) mark.setAttribute("aria-hidden", "true");
      this.marks[name] = mark;
      stage.append(mark);
    }
    const meter = document.createElement("progress");
    meter.className = "dicom__meter";
    meter.setAttribute("aria-hidden", "true");
    this.marks["meter"] = meter;
    slider.type = "range";
    slider.min = "1";
    slider.className = "dicom__slider";
    slider.setAttribute("aria-label", this.words("slider"));
    slider.addEventListener("input", () => this.scrollTo(Number(slider.value) - 1));
    root.append(this.picker(), stage, meter, slider);
    root.addEventListener("pointerdown", () => this.events.activate(this), { capture: true });
    root.addEventListener("focusin", () => this.events.activate(this));
    stage.addEventListener("pointerdown", () => root.focus({ preventScroll: true }));
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    new ScrollGesture(stage, {
      drags: () => this.tool() === "scroll",
      images: () => this.imageIds.length,
      scroll: (images) => this.scrollBy(images),
    });
    const { Events } = Enums;
    canvas.addEventListener(Events.VOI_MODIFIED, () => this.showWindow());
    canvas.addEventListener(Events.CAMERA_MODIFIED, () => this.showDirections());
    canvas.addEventListener(Events.IMAGE_RENDERED, () => this.drawMarks());
  }

  private picker(): HTMLElement {
    const { select } = this;
    if (this.stacks.length < 2) {
      const label = document.createElement("p");
      label.className = "dicom__series";
      label.textContent = this.stack.label;
      return label;
    }
    select.className = "dicom__select dicom__series";
    select.setAttribute("aria-label", this.words("series"));
    this.stacks.forEach((stack, at) => select.add(new Option(stack.label, String(at))));
    select.value = String(this.stackNumber);
    select.addEventListener("change", () => this.events.pick(this, Number(select.value)));
    return select;
  }

  private mark(name: string, text: string): void {
    const mark = this.marks[name];
    if (mark && mark.textContent !== text) mark.textContent = text;
  }

  private showWindow(): void {
    if (this.stack.isColour) return;
    const { centre, width } = this.window;
    const values = { centre: Math.round(centre), width: Math.round(width) };
    this.mark("window", this.words("window", values));
    this.events.windowed(this);
  }

  private showDirections(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    // The first events come while the viewport is being made.
    if (!this.stack.orientation || !width || this.shown < 0) return;
    const world = (x: number, y: number) => this.viewport.canvasToWorld([x, y]);
    const centre = world(width / 2, height / 2);
    const towards = (x: number, y: number) => {
      const point = world(x, y);
      return letters(point.map((value, axis) => value - (centre[axis] ?? 0)));
    };
    this.mark("left", towards(0, height / 2));
    this.mark("right", towards(width, height / 2));
    this.mark("top", towards(width / 2, 0));
    this.mark("bottom", towards(width / 2, height));
  }
}
