/* The picture with its regions, to be drawn by mouse, finger or keys. */

import { addRegion, pictureOf, regionsOf, type RegionFields } from "./fields";
import { dragged, ellipseIn, handles, inside, type Point, type Shape } from "./shapes";

const SVG = "http://www.w3.org/2000/svg";
// How near a handle a press takes hold of it, and how far it may wander and still be a tap: a
// finger hides what it points at and rolls as it is lifted.
const GRIP_PX = { touch: 26, other: 14 };
const TAP_PX = { touch: 12, other: 5 };
const LONGEST_UNDO = 100;

export interface Words {
  title: string;
  help: string;
  ellipse: string;
  polygon: string;
  add: string;
  undo: string;
  clear: string;
  region: string;
  picture: string;
  none: string;
}

type Saved = { shape: Shape; text: string }[];

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function svg(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function kindOf(event: PointerEvent): "touch" | "other" {
  return event.pointerType === "touch" ? "touch" : "other";
}

export class Board {
  readonly root = element("section", "regions");
  private readonly picture = new Image();
  private readonly plate = element("div", "regions__plate");
  private readonly over = svg("svg", { class: "regions__over", viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  private readonly list = element("div", "regions__list");
  private readonly undoButton: HTMLButtonElement;
  private readonly shapeButtons = new Map<Shape, HTMLButtonElement>();
  private chosen = 0;
  private shape: Shape = "ellipse";
  private past: Saved[] = [];
  private cross: Point | null = null;
  private corner: Point | null = null;
  private press: { id: number; start: Point; px: [number, number]; handle: number; moved: boolean } | null = null;

  constructor(
    private readonly form: HTMLElement,
    private readonly words: Words,
    private readonly address: (image: string) => string,
  ) {
    const tools = element("div", "regions__tools");
    for (const shape of ["ellipse", "polygon"] as const) {
      const button = this.button(words[shape], () => this.choose(shape));
      this.shapeButtons.set(shape, button);
      tools.append(button);
    }
    this.undoButton = this.button(words.undo, () => this.undo());
    tools.append(this.button(words.clear, () => this.clear()), this.undoButton);
    this.plate.tabIndex = 0;
    this.plate.setAttribute("role", "group");
    this.plate.setAttribute("aria-label", words.picture);
    this.picture.alt = "";
    this.picture.draggable = false;
    this.plate.append(this.picture, this.over);
    this.root.append(element("h3", "regions__title", words.title), element("p", "regions__help", words.help));
    this.root.append(tools, this.list, this.plate, element("p", "regions__none", words.none));
    this.bind();
    this.refresh();
  }

  /* Reads the form again: somebody typed, chose another picture, or took a region away. */
  refresh(): void {
    const image = pictureOf(this.form);
    this.root.classList.toggle("regions--bare", !image);
    if (image && this.picture.dataset.image !== image) {
      this.picture.dataset.image = image;
      this.picture.src = this.address(image);
    }
    const regions = regionsOf(this.form);
    this.chosen = Math.min(this.chosen, Math.max(0, regions.length - 1));
    const region = regions[this.chosen];
    if (region?.points.length) this.shape = region.shape;
    this.print(regions);
    this.draw(regions);
  }

  private button(text: string, act: () => void): HTMLButtonElement {
    const made = element("button", "button button-small button-secondary", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  private print(regions: RegionFields[]): void {
    const rows = regions.map((region, number) => {
      const name = region.name || `${this.words.region} ${number + 1}`;
      const row = this.button(name, () => {
        this.chosen = number;
        this.corner = null;
        this.refresh();
      });
      row.setAttribute("aria-pressed", String(number === this.chosen));
      return row;
    });
    this.list.replaceChildren(...rows, this.button(`+ ${this.words.add}`, () => this.add()));
    for (const [shape, button] of this.shapeButtons) button.setAttribute("aria-pressed", String(shape === this.shape));
    this.undoButton.disabled = !this.past.length;
  }

  private draw(regions: RegionFields[]): void {
    const drawn = regions.flatMap((region, number) => {
      const points = region.points;
      if (!points.length) return [];
      const states = [`regions__shape`, number === this.chosen && "is-chosen", region.isKey || "is-distractor"];
      const look = { class: states.filter((one) => typeof one === "string").join(" "), "vector-effect": "non-scaling-stroke" };
      const [centre, radii] = points;
      const outline =
        region.shape === "ellipse" && centre && radii
          ? svg("ellipse", { ...look, cx: centre.x, cy: centre.y, rx: radii.x, ry: radii.y })
          : svg("polygon", { ...look, points: points.map(({ x, y }) => `${x},${y}`).join(" ") });
      return number === this.chosen ? [outline, ...this.grips(region)] : [outline];
    });
    if (this.cross) {
      const look = { class: "regions__cross", "vector-effect": "non-scaling-stroke" };
      drawn.push(svg("line", { ...look, x1: this.cross.x, x2: this.cross.x, y1: 0, y2: 100 }));
      drawn.push(svg("line", { ...look, x1: 0, x2: 100, y1: this.cross.y, y2: this.cross.y }));
    }
    this.over.replaceChildren(...drawn);
  }

  private grips(region: RegionFields): SVGElement[] {
    const box = this.plate.getBoundingClientRect();
    const [rx, ry] = [500 / (box.width || 500), 500 / (box.height || 500)];
    return handles(region.shape, region.points).map(({ x, y }) =>
      svg("ellipse", { class: "regions__grip", cx: x, cy: y, rx, ry, "vector-effect": "non-scaling-stroke" }),
    );
  }

  private choose(shape: Shape): void {
    this.shape = shape;
    this.corner = null;
    const region = regionsOf(this.form)[this.chosen];
    if (region && region.shape !== shape) {
      this.remember();
      region.draw(shape, []);
    }
    this.print(regionsOf(this.form));
    this.draw(regionsOf(this.form));
  }

  private add(): void {
    const made = addRegion(this.form);
    if (made) this.chosen = regionsOf(this.form).length - 1;
    this.corner = null;
    this.refresh();
    this.plate.focus();
  }

  private clear(): void {
    const region = regionsOf(this.form)[this.chosen];
    if (!region?.text) return;
    this.remember();
    region.draw(this.shape, []);
    this.corner = null;
    this.refresh();
  }

  private remember(): void {
    const now = regionsOf(this.form).map(({ shape, text }) => ({ shape, text }));
    this.past = [...this.past, now].slice(-LONGEST_UNDO);
  }

  private undo(): void {
    const before = this.past.pop();
    if (!before) return;
    this.corner = null;
    regionsOf(this.form).forEach((region, number) => {
      const saved = before[number];
      region.write(saved?.shape ?? region.shape, saved?.text ?? "");
    });
    this.refresh();
  }

  /* The region that is drawn on: the chosen one, or a first. */
  private target(): RegionFields | null {
    return regionsOf(this.form)[this.chosen] ?? addRegion(this.form);
  }

  private setCorner(place: Point): void {
    const region = this.target();
    if (!region) return;
    if (this.shape === "polygon") {
      this.remember();
      region.draw("polygon", [...(region.shape === "polygon" ? region.points : []), inside(place)]);
    } else if (this.corner) {
      this.remember();
      region.draw("ellipse", ellipseIn(this.corner, place));
      this.corner = null;
    } else {
      this.corner = place;
    }
    this.refresh();
  }

  private place(event: PointerEvent): Point {
    const box = this.plate.getBoundingClientRect();
    return { x: (100 * (event.clientX - box.left)) / box.width, y: (100 * (event.clientY - box.top)) / box.height };
  }

  /* The handle nearest to the press, if it is near enough. */
  private gripAt(event: PointerEvent): number {
    const region = regionsOf(this.form)[this.chosen];
    if (!region) return -1;
    const box = this.plate.getBoundingClientRect();
    const far = handles(region.shape, region.points).map(({ x, y }) =>
      Math.hypot(
        box.left + (x * box.width) / 100 - event.clientX,
        box.top + (y * box.height) / 100 - event.clientY,
      ),
    );
    const nearest = far.indexOf(Math.min(...far));
    return (far[nearest] ?? Infinity) <= GRIP_PX[kindOf(event)] ? nearest : -1;
  }

  /* A second finger, or the browser itself: what was half drawn was not meant. */
  private cancel(): void {
    const press = this.press;
    this.press = null;
    if (press?.moved) this.undo();
    else this.refresh();
  }

  private bind(): void {
    this.plate.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (this.press) return this.cancel();
      if (!event.isPrimary) return;
      event.preventDefault();
      this.plate.focus();
      this.plate.setPointerCapture(event.pointerId);
      this.cross = null;
      this.press = {
        id: event.pointerId,
        start: this.place(event),
        px: [event.clientX, event.clientY],
        handle: this.gripAt(event),
        moved: false,
      };
    });
    this.plate.addEventListener("pointermove", (event) => this.drag(event));
    this.plate.addEventListener("pointerup", (event) => {
      const press = this.press;
      if (press?.id !== event.pointerId) return;
      this.press = null;
      if (!press.moved && press.handle < 0 && this.shape === "polygon") this.setCorner(this.place(event));
      else this.refresh();
    });
    this.plate.addEventListener("pointercancel", () => this.cancel());
    this.plate.addEventListener("keydown", (event) => this.key(event));
    this.plate.addEventListener("blur", () => {
      this.cross = null;
      this.draw(regionsOf(this.form));
    });
  }

  private drag(event: PointerEvent): void {
    const press = this.press;
    if (press?.id !== event.pointerId) return;
    const far = Math.hypot(event.clientX - press.px[0], event.clientY - press.px[1]) > TAP_PX[kindOf(event)];
    if (!far && !press.moved) return;
    if (press.handle < 0 && this.shape === "polygon") return;
    const region = this.target();
    if (!region) return;
    if (!press.moved) this.remember();
    press.moved = true;
    if (press.handle >= 0) region.draw(region.shape, dragged(region.shape, region.points, press.handle, this.place(event)));
    else region.draw("ellipse", ellipseIn(press.start, this.place(event)));
    this.draw(regionsOf(this.form));
  }

  private key(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      return this.undo();
    }
    const step = event.shiftKey ? 5 : event.altKey ? 0.2 : 1;
    const moves: Record<string, Point> = {
      ArrowLeft: { x: -step, y: 0 },
      ArrowRight: { x: step, y: 0 },
      ArrowUp: { x: 0, y: -step },
      ArrowDown: { x: 0, y: step },
    };
    const move = moves[event.key];
    if (move) {
      const from = this.cross ?? { x: 50, y: 50 };
      this.cross = this.cross ? inside({ x: from.x + move.x, y: from.y + move.y }) : from;
      this.draw(regionsOf(this.form));
    } else if (event.key === "Enter" && this.cross) {
      this.setCorner(this.cross);
    } else if (event.key === "Backspace") {
      const region = regionsOf(this.form)[this.chosen];
      if (!region?.points.length) return;
      this.remember();
      region.draw(region.shape, region.shape === "polygon" ? region.points.slice(0, -1) : []);
      this.refresh();
    } else {
      return;
    }
    event.preventDefault();
  }
}
