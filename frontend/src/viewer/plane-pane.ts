import { Enums, type Types } from "@cornerstonejs/core";

import { dot, type StackData, type Vector } from "./data";
import type { Cut } from "./marks";
import { Pane, type PaneSurroundings } from "./pane";
import { NORMALS, type PlaneName, type Volume } from "./volume";

/* A pane that shows a plane through a volume, with lines where the other planes cut it. */

const PLANES: PlaneName[] = ["axial", "coronal", "sagittal"];
const FAR_MM = 2000;

export class PlanePane extends Pane {
  protected declare viewport: Types.IVolumeViewport;
  protected readonly heading = document.createElement("p");
  isShown = false;
  private readonly range: { low: number; step: number; count: number };
  private isWaiting = false;
  private aiming: number | null = null;

  constructor(
    id: string,
    readonly plane: PlaneName,
    private readonly volume: Volume,
    surroundings: PaneSurroundings,
    /** The point where the planes meet has been moved in this pane. */
    private readonly pointed: (pane: PlanePane) => void,
  ) {
    super(id, surroundings);
    this.range = volume.range(plane);
    this.heading.className = `dicom__series dicom__series--${plane}`;
    this.heading.textContent = this.words(plane);
    this.build();
    this.root.setAttribute("aria-label", this.words("images", { series: this.words(plane) }));
    this.slider.max = String(this.count);
    this.listenForAim();
  }

  get stack(): StackData {
    return this.volume.stack;
  }

  get at(): number {
    const { low, step } = this.range;
    const at = Math.round((dot(this.volume.point, NORMALS[this.plane]) - low) / step);
    return Math.max(0, Math.min(this.count - 1, at));
  }

  get count(): number {
    return this.range.count;
  }

  protected get measuredId(): string {
    const ids = this.volume.imageIds;
    return ids[Math.floor(ids.length / 2)] ?? "";
  }

  async enable(): Promise<void> {
    const { OrientationAxis, ViewportType } = Enums;
    const orientation = {
      axial: OrientationAxis.AXIAL,
      coronal: OrientationAxis.CORONAL,
      sagittal: OrientationAxis.SAGITTAL,
    }[this.plane];
    this.engine.rendering.enableElement({
      viewportId: this.id,
      type: ViewportType.ORTHOGRAPHIC,
      element: this.canvas,
      defaultOptions: { background: [0, 0, 0], orientation },
    });
    this.viewport = this.engine.rendering.getViewport(this.id) as Types.IVolumeViewport;
    this.engine.addViewport(this.id);
    await this.viewport.setVolumes([{ volumeId: this.volume.id }]);
    this.isShown = true;
    this.tellQuality();
    this.show();
    this.showDirections();
  }

  /** How many slices of the volume are there. */
  loaded(done: number): void {
    this.meter.max = this.stack.frames.length;
    this.meter.value = done;
    this.meter.hidden = done >= this.stack.frames.length;
    this.root.toggleAttribute("data-whole", this.meter.hidden);
  }

  scrollTo(index: number, quietly = false): void {
    const { low, step } = this.range;
    const at = Math.max(0, Math.min(this.count - 1, index));
    const normal = NORMALS[this.plane];
    const way = low + at * step - dot(this.volume.point, normal);
    this.volume.point = this.volume.point.map(
      (value, axis) => value + way * (normal[axis] ?? 0),
    ) as Vector;
    this.show();
    if (!quietly) this.events.scrolled(this);
  }

  /** Draws the plane through the point, at most once a frame. */
  show(): void {
    this.told();
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      if (!this.isShown) return;
      this.viewport.jumpToWorld(this.volume.point);
      this.drawMarks();
    });
  }

  override disable(): void {
    this.isShown = false;
    super.disable();
  }

  drawMarks(): void {
    if (!this.isShown) return;
    const place = (point: Vector) => this.viewport.worldToCanvas(point);
    const own = NORMALS[this.plane];
    const cuts: Cut[] = PLANES.filter((plane) => plane !== this.plane).map((plane) => {
      const other = NORMALS[plane];
      // The axis that both planes hold.
      const way = own.map((value, axis) => 1 - Math.abs(value) - Math.abs(other[axis] ?? 0));
      const end = (far: number) =>
        place(this.volume.point.map((value, axis) => value + far * (way[axis] ?? 0)) as Vector);
      return { plane, from: end(-FAR_MM), to: end(FAR_MM) };
    });
    this.overlay.drawCuts(place(this.volume.point), cuts);
  }

  override reset(): void {
    super.reset();
    this.viewport.jumpToWorld(this.volume.point);
  }

  private listenForAim(): void {
    const { stage } = this;
    const aim = (event: PointerEvent): void => {
      if (this.aiming !== event.pointerId || !this.isShown) return;
      this.volume.point = [...this.viewport.canvasToWorld(this.placeOf(event))] as Vector;
      this.pointed(this);
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.tool() !== "cross") return;
      this.aiming = event.pointerId;
      stage.setPointerCapture(event.pointerId);
      aim(event);
    });
    stage.addEventListener("pointermove", aim);
    for (const end of ["pointerup", "pointercancel"] as const) {
      stage.addEventListener(end, () => (this.aiming = null));
    }
  }
}
