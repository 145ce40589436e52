import type { Point } from "./marks";
import type { StackPane } from "./stack-pane";

/* Drawing a mark: by pointer, or by keyboard with a cross that the arrows move and Enter sets. */

export type Draws = "point" | "outline" | "slice" | "line" | "arrow";

export interface Drawn {
  at: number;
  points: Point[];
  radii: Point | null;
}

export interface DrawingEvents {
  drawn: (pane: StackPane, drawn: Drawn) => void;
  /** The cross or the shape in work has moved. */
  moved: (pane: StackPane) => void;
  ended: () => void;
}

const STEP_PX = 1;
const FAR_PX = 10;
const STILL_PX = 6;

export class Drawing {
  draws: Draws | null = null;
  /** The shape in work, or the cross. */
  begun: Point | null = null;
  cross: Point | null = null;
  private down: {
    pane: StackPane;
    id: number;
    x: number;
    y: number;
    from: Point;
    pictured: number;
  } | null = null;

  constructor(private readonly events: DrawingEvents) {}

  start(draws: Draws): void {
    this.draws = draws;
    this.begun = this.cross = this.down = null;
  }

  stop(): void {
    if (!this.draws) return;
    this.draws = null;
    this.begun = this.cross = this.down = null;
    this.events.ended();
  }

  /** Whether dragging draws; else it goes on scrolling, and a click sets the mark. */
  get drags(): boolean {
    return this.draws === "line" || this.draws === "arrow" || this.draws === "outline";
  }

  bind(pane: StackPane): void {
    const { stage } = pane;
    stage.addEventListener("pointerdown", (event) => {
      const from = this.draws && event.button === 0 ? pane.pixelAt(event) : null;
      if (!from || this.draws === "slice") return;
      const { pictured } = pane;
      this.down = { pane, id: event.pointerId, x: event.clientX, y: event.clientY, from, pictured };
      if (this.drags) stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (this.down?.id !== event.pointerId || !this.drags) return;
      this.begun = this.down.from;
      this.cross = pane.pixelAt(event);
      this.events.moved(pane);
    });
    stage.addEventListener("pointerup", (event) => {
      const { down } = this;
      this.down = null;
      if (!down || down.id !== event.pointerId || down.pane !== pane) return;
      const to = pane.pixelAt(event);
      const moved = Math.hypot(event.clientX - down.x, event.clientY - down.y);
      // What was pointed at is gone when another image has come in between.
      if (!to || down.pictured !== pane.pictured) return;
      if (!this.drags) {
        if (moved <= STILL_PX) this.finish(pane, down.from, to);
      } else if (moved > STILL_PX) this.finish(pane, down.from, to);
      else this.enter(pane, to);
    });
    stage.addEventListener("pointercancel", () => (this.down = null));
  }

  /** True where the key was taken. */
  key(event: KeyboardEvent, pane: StackPane): boolean {
    if (!this.draws || event.altKey || event.metaKey || event.ctrlKey) return false;
    if (event.key === "Escape") {
      this.stop();
      return true;
    }
    if (event.key === "Enter") {
      this.enter(pane, this.cross ?? pane.centre);
      return true;
    }
    if (this.draws === "slice") return false;
    const far = event.shiftKey ? FAR_PX : STEP_PX;
    const moves: Record<string, Point> = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far],
    };
    const move = moves[event.key];
    if (move) {
      const [x, y] = this.cross ?? pane.centre;
      this.cross = pane.within([x + move[0], y + move[1]]);
      this.events.moved(pane);
      return true;
    }
    if (event.key === "PageUp" || event.key === "PageDown") {
      const images = event.shiftKey ? FAR_PX : 1;
      pane.scrollBy(event.key === "PageUp" ? -images : images);
      return true;
    }
    return false;
  }

  private enter(pane: StackPane, at: Point): void {
    if (!this.drags) this.finish(pane, at, at);
    else if (this.begun) this.finish(pane, this.begun, at);
    else {
      this.begun = at;
      this.cross = at;
      this.events.moved(pane);
    }
  }

  private finish(pane: StackPane, from: Point, to: Point): void {
    // A mark belongs to the image that is seen, not to the one that is being fetched.
    const at = pane.pictured;
    const drawn = at < 0 ? null : shapeOf(this.draws ?? "point", from, to);
    this.begun = null;
    if (drawn) this.events.drawn(pane, { at, ...drawn });
  }
}

/** An ellipse is drawn from its centre to a corner of its frame: easy to aim, also by keyboard. */
export function shapeOf(
  draws: Draws,
  from: Point,
  to: Point,
): { points: Point[]; radii: Point | null } | null {
  if (draws === "slice") return { points: [], radii: null };
  if (draws === "point") return { points: [to], radii: null };
  const [dx, dy] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  if (draws === "outline") {
    return Math.max(dx, dy) < 0.5
      ? null
      : { points: [from], radii: [Math.max(dx, 0.5), Math.max(dy, 0.5)] };
  }
  if (Math.hypot(dx, dy) < 0.5) return null;
  // An arrow's first point is its tip: it is drawn from the tail.
  return { points: draws === "arrow" ? [to, from] : [from, to], radii: null };
}
