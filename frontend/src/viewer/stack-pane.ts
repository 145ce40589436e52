import { Enums, cache, type Types } from "@cornerstonejs/core";

import type { StackData } from "./data";
import { drawn } from "./drawn";
import { imageIdsOf } from "./engine";
import type { Point } from "./marks";
import { Pane, type Chosen, type PaneSurroundings, type Window } from "./pane";
import { Prefetch, isGone } from "./prefetch";

/* A pane that scrolls through the images of a stack. */

/** What a pane remembers while the layout changes. */
export interface PaneState {
  stack: number;
  at: number;
  window?: Window | undefined;
  chosen?: Chosen | null;
}

export class StackPane extends Pane {
  protected declare viewport: Types.IStackViewport;
  protected readonly heading: HTMLElement;
  private readonly select = document.createElement("select");
  private imageIds: string[] = [];
  private prefetch: Prefetch | null = null;
  private target: number;
  private shown = -1;
  private isPumping = false;
  private isLoading = false;
  /** Counts what was loaded: what an earlier load or scroll brings late is not what is shown. */
  private loads = 0;
  private stackNumber: number;
  /** Whether the stack has no image on the screen yet, and so no window. */
  private isFresh = true;
  /** Whether low values are bright (MONOCHROME1), before the reader inverts anything. */
  private startsInverted = false;
  /** Images that came and could not be drawn. */
  private readonly undrawn = new Set<string>();
  /** The files have been taken away since the page was opened. */
  private areGone = false;

  constructor(
    id: string,
    private readonly stacks: StackData[],
    surroundings: PaneSurroundings,
    private readonly before: PaneState,
    private readonly options: {
      pick: (pane: StackPane, stack: number) => void;
      /** How many panes share the memory. */
      sharers: () => number;
    },
  ) {
    super(id, surroundings);
    this.stackNumber = before.stack;
    this.target = before.at;
    this.heading = this.picker();
    this.build();
  }

  get stack(): StackData {
    const stack = this.stacks[this.stackNumber];
    if (!stack) throw new Error(`no stack ${this.stackNumber}`);
    return stack;
  }

  get state(): PaneState {
    const place = { stack: this.stackNumber, at: this.target };
    if (!this.isShown || this.stack.isColour) return place;
    return { ...place, window: this.window, chosen: this.chosen };
  }

  get at(): number {
    return this.target;
  }

  override get pictured(): number {
    return this.shown;
  }

  get count(): number {
    return this.imageIds.length;
  }

  get isShown(): boolean {
    return this.shown >= 0;
  }

  protected get measuredId(): string {
    return this.imageIds[this.shown] ?? "";
  }

  // --- Pixels and marks

  /** Column and row under the pointer, from zero at the centre of the first pixel; null beside the
      image. */
  pixelAt(event: MouseEvent): Point | null {
    const data = this.viewport.getImageData()?.imageData;
    if (!data?.worldToIndex || this.shown < 0) return null;
    const [x = 0, y = 0] = data.worldToIndex(this.viewport.canvasToWorld(this.placeOf(event)));
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

  async enable(): Promise<void> {
    this.engine.rendering.enableElement({
      viewportId: this.id,
      type: Enums.ViewportType.STACK,
      element: this.canvas,
      defaultOptions: { background: [0, 0, 0] },
    });
    this.viewport = this.engine.rendering.getViewport(this.id) as Types.IStackViewport;
    this.engine.addViewport(this.id);
    await this.load();
    const { stack, window, chosen } = this.before;
    if (!window || !this.isShown || stack !== this.stackNumber) return;
    this.chosen = chosen ?? null;
    this.setWindow(window);
  }

  override disable(): void {
    this.loads += 1;
    this.prefetch?.stop();
    super.disable();
  }

  async open(stack: number, at?: number): Promise<void> {
    this.stackNumber = stack;
    this.target = at ?? this.stack.start;
    // The last image of another stack is not to be taken for one of this.
    this.root.toggleAttribute("data-blank", true);
    await this.load();
  }

  /** Takes the other copy of the stack; image, window and view stay. */
  async changeQuality(): Promise<void> {
    const view = this.viewport.getViewPresentation();
    const { chosen, isInverted, window } = this;
    await this.load();
    if (!this.isShown) return;
    this.viewport.setViewPresentation(view);
    this.chosen = chosen;
    if (!this.stack.isColour) this.setWindow(window);
    if (isInverted !== this.isInverted) this.invert();
    this.viewport.render();
  }

  private async load(): Promise<void> {
    const { stack } = this;
    this.prefetch?.stop();
    this.imageIds = imageIdsOf(stack, this.isLight);
    this.tellQuality();
    this.target = Math.min(this.target, this.imageIds.length - 1);
    this.shown = -1;
    this.slider.max = String(this.imageIds.length);
    this.slider.hidden = this.imageIds.length < 2;
    this.loop.hidden = !stack.isLoop;
    this.root.setAttribute("aria-label", this.words("images", { series: stack.label }));
    if (this.select.options.length) this.select.value = String(this.stackNumber);
    const load = (this.loads += 1);
    // The reader may scroll on before the first image is there: it is that one that comes.
    const first = this.target;
    const firstId = this.imageIds[first] ?? "";
    this.isLoading = true;
    this.isFresh = true;
    this.areGone = false;
    this.takeReplacedAway();
    this.forgetTexts();
    this.write("broken", "");
    try {
      await drawn(firstId, () => this.viewport.setStack(this.imageIds, first));
      if (load === this.loads) this.picture(first);
    } catch (error) {
      if (load === this.loads) this.fail(error, firstId);
    } finally {
      if (load === this.loads) this.isLoading = false;
    }
    if (load !== this.loads) return;
    this.write("note", stack.note);
    this.told();
    this.startPrefetch();
    void this.pump();
  }

  /** Takes note of the image that is on the screen now. */
  private picture(at: number): void {
    this.shown = at;
    this.root.toggleAttribute("data-blank", false);
    this.write("broken", "");
    if (!this.isFresh) return;
    this.isFresh = false;
    this.startsInverted = this.isInverted;
    this.viewport.resetCamera();
    if (!this.stack.isColour) this.applyWindow(null);
    this.viewport.render();
    this.showWindow();
    this.showDirections();
  }

  /** Cornerstone's own way shows MONOCHROME1 the wrong way round from then on. */
  protected override resetGrey(): void {
    if (this.stack.isColour) super.resetGrey();
    else if (this.isTurned) this.invert();
  }

  override get isTurned(): boolean {
    return this.isInverted !== this.startsInverted;
  }

  private fail(error: unknown, id: string): void {
    this.blank();
    // It would count as shown when it is asked for again.
    if (cache.isLoaded(id)) this.undrawn.add(id);
    if (isGone(error)) this.tellGone();
    else this.write("broken", this.words("broken"));
  }

  /** Hides the last image, so that nobody takes it for the one whose number is told. */
  private blank(): void {
    this.shown = -1;
    this.root.toggleAttribute("data-blank", true);
    this.drawMarks();
  }

  private tellGone(): void {
    this.areGone = true;
    this.prefetch?.stop();
    this.meter.hidden = true;
    this.sayReplaced();
  }

  private startPrefetch(): void {
    const { stack } = this;
    const count = this.imageIds.length;
    if (this.areGone) return;
    const bytes = stack.rows * stack.columns * (stack.isColour ? 3 : 4);
    const { meter } = this;
    meter.max = count;
    meter.hidden = count < 2;
    const prefetch = new Prefetch(this.imageIds, {
      bytesPerImage: bytes,
      sharers: this.options.sharers(),
      lanes: 4,
      onGone: () => {
        if (this.prefetch === prefetch) this.tellGone();
      },
      onLoaded: (done) => {
        if (this.prefetch !== prefetch) return;
        meter.value = done;
        meter.hidden = done >= count;
        if (done >= count) this.root.dataset["whole"] = "";
      },
    });
    delete this.root.dataset["whole"];
    this.prefetch = prefetch;
    if (this.isShown) prefetch.loaded(this.shown);
    prefetch.around(this.target);
  }

  // --- Scrolling

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
      while (!this.isLoading && this.shown !== this.target) {
        const { loads, target: wanted } = this;
        const id = this.imageIds[wanted] ?? "";
        // What is gone is not asked for again and again; what has come before can still be seen.
        if (this.areGone && !cache.isLoaded(id)) {
          this.blank();
          return;
        }
        const error = this.undrawn.has(id)
          ? "undrawn"
          : await drawn(id, () => this.viewport.setImageIdIndex(wanted)).then(
              () => null,
              (reason: unknown) => reason ?? "failed",
            );
        if (loads !== this.loads) continue;
        if (error) {
          this.fail(error, id);
          if (this.target === wanted) return;
          continue;
        }
        this.picture(wanted);
        this.drawMarks();
        this.prefetch?.loaded(wanted);
        await new Promise(requestAnimationFrame);
      }
    } finally {
      this.isPumping = false;
    }
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
    select.addEventListener("change", () => this.options.pick(this, Number(select.value)));
    return select;
  }
}
