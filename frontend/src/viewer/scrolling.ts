/* The wheel and the drag that scroll a stack. */

/** A wheel turned within so many milliseconds goes on with the same gesture. */
const SAME_GESTURE_MS = 250;
const LEAST_PX_PER_IMAGE = 2;

let pageWheeledAt = -Infinity;

// A gesture that began on the page goes on scrolling the page, also when an image comes under the
// pointer: nobody is caught on the way down.
addEventListener(
  "wheel",
  (event) => {
    const onStage = event.target instanceof Element && event.target.closest(".dicom__stage");
    const goesOn = event.timeStamp - pageWheeledAt < SAME_GESTURE_MS;
    if (!onStage || goesOn) pageWheeledAt = event.timeStamp;
    if (onStage && goesOn) event.stopPropagation();
  },
  { capture: true, passive: true },
);

interface Options {
  /** Whether dragging scrolls now. */
  drags: () => boolean;
  images: () => number;
  scroll: (images: number) => void;
}

export class ScrollGesture {
  private rest = 0;
  private from: { id: number; y: number } | null = null;
  private readonly pointers = new Set<number>();

  constructor(
    private readonly stage: HTMLElement,
    private readonly options: Options,
  ) {
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      stage.addEventListener(end, (event) => this.onEnd(event));
    }
  }

  private onWheel(event: WheelEvent): void {
    if (event.ctrlKey || this.options.images() < 2) return;
    event.preventDefault();
    // Pixels of a trackpad add up to images; a notch of a wheel is one.
    const isNotch = event.deltaMode !== WheelEvent.DOM_DELTA_PIXEL || Math.abs(event.deltaY) >= 60;
    this.rest += isNotch ? Math.sign(event.deltaY) : event.deltaY / 30;
    const images = Math.trunc(this.rest);
    if (!images) return;
    this.rest -= images;
    this.options.scroll(images);
  }

  private onDown(event: PointerEvent): void {
    this.pointers.add(event.pointerId);
    // A second finger zooms.
    if (this.pointers.size > 1) this.from = null;
    else if (event.button === 0 && this.options.drags()) {
      this.from = { id: event.pointerId, y: event.clientY };
      this.stage.setPointerCapture(event.pointerId);
    }
  }

  private onMove(event: PointerEvent): void {
    if (this.from?.id !== event.pointerId) return;
    // The whole stack in one sweep over the picture, but never faster than the hand can aim.
    const perImage = Math.max(
      LEAST_PX_PER_IMAGE,
      this.stage.clientHeight / Math.max(20, this.options.images()),
    );
    const images = Math.trunc((event.clientY - this.from.y) / perImage);
    if (!images) return;
    this.from.y += images * perImage;
    this.options.scroll(images);
  }

  private onEnd(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    if (this.from?.id === event.pointerId) this.from = null;
  }
}
