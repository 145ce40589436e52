import type { StackData, Words } from "./data";

/* Marks laid over an image: the author's, one's own, and where others marked. cases/marks.py and
   the types of questions write them; a shape lies on one image, its points in pixels from the
   centre of the first. */

export type Point = [number, number];
export type Shape = "point" | "ellipse" | "arrow" | "line" | "cell" | "image" | "key";

export interface Mark {
  id?: string;
  kind: "author" | "own" | "peers";
  shape: Shape;
  series: string;
  at: number;
  points: Point[];
  /** Of an ellipse, in pixels; of a cell its sides, in per cent like its corner. */
  radii?: Point | null;
  window?: Point | null;
  label?: string;
}

/** A line where another plane cuts the one that is shown. */
export interface Cut {
  plane: string;
  from: readonly number[];
  to: readonly number[];
}

/** Where a pixel lies on the screen; null while nothing is drawn. */
export type Projection = (point: Point) => Point | null;

const SVG = "http://www.w3.org/2000/svg";
const STEPS = 48;
const HEAD_PX = 13;
const CROSS_PX = 9;
const GAP_PX = 14;

export class Overlay {
  readonly root = document.createElementNS(SVG, "svg");

  constructor(private readonly words: Words) {
    this.root.setAttribute("class", "dicom__over");
    this.root.setAttribute("aria-hidden", "true");
  }

  draw(stack: StackData, marks: Mark[], project: Projection, chosen: string | null): void {
    this.root.replaceChildren(
      ...marks.flatMap((mark) => {
        const group = this.group(stack, mark, project);
        if (group && mark.id && mark.id === chosen) group.classList.add("dicom__drawn--chosen");
        return group ? [group] : [];
      }),
    );
  }

  /** Lines of the planes that meet in `centre`; open there, so that they do not hide what is aimed
      at. */
  drawCuts(centre: readonly number[], cuts: Cut[]): void {
    const [x = 0, y = 0] = centre;
    this.root.replaceChildren(
      ...cuts.map(({ plane, from, to }) => {
        const group = document.createElementNS(SVG, "g");
        group.setAttribute("class", `dicom__cut dicom__cut--${plane}`);
        for (const [endX = 0, endY = 0] of [from, to]) {
          const length = Math.hypot(endX - x, endY - y) || 1;
          const start = [x + ((endX - x) / length) * GAP_PX, y + ((endY - y) / length) * GAP_PX];
          group.append(path(`M${start.join(" ")}L${endX} ${endY}`, "dicom__line"));
        }
        return group;
      }),
    );
  }

  private group(stack: StackData, mark: Mark, project: Projection): SVGGElement | null {
    const outline = outlineOf(stack, mark);
    const places = outline.map(project);
    if (!places.length || places.some((place) => place === null)) return null;
    const points = places as Point[];
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", `dicom__drawn dicom__drawn--${mark.kind}`);
    const [first, second] = points;
    if (!first) return null;
    // Twice, so that a line shows on white bone as well as on black air.
    for (const name of ["dicom__halo", "dicom__line"]) {
      group.append(path(pathOf(mark, points), name));
    }
    const text = [mark.label, mark.shape === "line" ? this.length(stack, mark) : ""];
    const label = text.filter(Boolean).join(" · ");
    const anchor = mark.shape === "arrow" && second ? second : corner(points);
    if (label) group.append(words(label, anchor, mark.shape === "cell"));
    return group;
  }

  private length(stack: StackData, mark: Mark): string {
    const [from, to] = mark.points;
    return from && to ? lengthText(stack, from, to, this.words) : "";
  }
}

export function lengthText(stack: StackData, from: Point, to: Point, words: Words): string {
  const [high, wide] = stack.spacing ?? [1, 1];
  const length = Math.hypot((to[0] - from[0]) * wide, (to[1] - from[1]) * high);
  const language = document.documentElement.lang || "en";
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(length);
  return `${number} ${words(stack.spacing ? "mm" : "px")}`;
}

/** The mark's outline in pixels of the image. */
function outlineOf(stack: StackData, mark: Mark): Point[] {
  const [centre] = mark.points;
  if (!centre) return [];
  const [x, y] = centre;
  const [rx, ry] = mark.radii ?? [0, 0];
  if (mark.shape === "ellipse" && (rx || ry)) {
    return Array.from({ length: STEPS }, (_, step): Point => {
      const angle = (2 * Math.PI * step) / STEPS;
      return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
    });
  }
  if (mark.shape === "cell") {
    const at = (dx: number, dy: number): Point => [
      ((x + dx) / 100) * stack.columns - 0.5,
      ((y + dy) / 100) * stack.rows - 0.5,
    ];
    return [at(0, 0), at(rx, 0), at(rx, ry), at(0, ry)];
  }
  return mark.points;
}

function pathOf(mark: Mark, points: Point[]): string {
  const [first, second] = points;
  if (!first) return "";
  if (points.length > 2) return `M${points.map((point) => point.join(" ")).join("L")}Z`;
  if (!second) {
    const [x, y] = first;
    const r = CROSS_PX;
    const ring = `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
    return `${ring}M${x - 3} ${y}h6M${x} ${y - 3}v6`;
  }
  const shaft = `M${second.join(" ")}L${first.join(" ")}`;
  const angle = Math.atan2(second[1] - first[1], second[0] - first[0]);
  const end = (turn: number, length: number): string =>
    `${first[0] + length * Math.cos(angle + turn)} ${first[1] + length * Math.sin(angle + turn)}`;
  if (mark.shape === "arrow") {
    return `${shaft}M${end(0.45, HEAD_PX)}L${first.join(" ")}L${end(-0.45, HEAD_PX)}`;
  }
  const bar = (point: Point): string => {
    const [dx, dy] = [6 * Math.sin(angle), -6 * Math.cos(angle)];
    return `M${point[0] - dx} ${point[1] - dy}L${point[0] + dx} ${point[1] + dy}`;
  };
  return shaft + bar(first) + bar(second);
}

function corner(points: Point[]): Point {
  return [Math.max(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
}

function path(d: string, name: string): SVGPathElement {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", d);
  element.setAttribute("class", name);
  return element;
}

function words(text: string, [x, y]: Point, inside: boolean): SVGTextElement {
  const element = document.createElementNS(SVG, "text");
  element.setAttribute("x", String(inside ? x - 4 : x + 6));
  element.setAttribute("y", String(inside ? y + 14 : y - 4));
  if (inside) element.setAttribute("text-anchor", "end");
  element.setAttribute("class", "dicom__words");
  element.textContent = text;
  return element;
}

export function marksInPage(): Mark[] {
  const json = document.getElementById("stack-marks")?.textContent;
  return json ? (JSON.parse(json) as Mark[]).filter((mark) => mark.shape !== "image") : [];
}
