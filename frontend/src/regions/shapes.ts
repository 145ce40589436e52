/* Regions in per cent of a picture's width and height, as their fields hold them. Pure. */

export interface Point {
  x: number;
  y: number;
}

export type Shape = "ellipse" | "polygon";

const PAIR = /(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)/g;

const within = (value: number): number => Math.min(100, Math.max(0, value));
const tidy = (value: number): number => Math.round(value * 100) / 100;

export function inside(point: Point): Point {
  return { x: tidy(within(point.x)), y: tidy(within(point.y)) };
}

export function parse(text: string): Point[] {
  return [...text.matchAll(PAIR)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

export function print(points: Point[]): string {
  return points.map(({ x, y }) => `${tidy(x)},${tidy(y)}`).join(" ");
}

/* An ellipse's fields (centre, radii) from two opposite corners of the box around it. */
export function ellipseIn(one: Point, other: Point): Point[] {
  const [from, to] = [inside(one), inside(other)];
  return [
    { x: tidy((from.x + to.x) / 2), y: tidy((from.y + to.y) / 2) },
    { x: Math.max(0.1, tidy(Math.abs(to.x - from.x) / 2)), y: Math.max(0.1, tidy(Math.abs(to.y - from.y) / 2)) },
  ];
}

/* Where a region can be taken hold of: a polygon's corners, the ends of an ellipse's axes. */
export function handles(shape: Shape, points: Point[]): Point[] {
  if (shape === "polygon") return points;
  const [centre, radii] = points;
  if (!centre || !radii) return [];
  return [centre, { x: centre.x + radii.x, y: centre.y }, { x: centre.x, y: centre.y + radii.y }];
}

/* The region with one of its handles moved to a place. */
export function dragged(shape: Shape, points: Point[], handle: number, to: Point): Point[] {
  const place = inside(to);
  if (shape === "polygon") return points.map((point, number) => (number === handle ? place : point));
  const [centre, radii] = points;
  if (!centre || !radii) return points;
  if (handle === 0) return [place, radii];
  if (handle === 1) return [centre, { ...radii, x: Math.max(0.1, tidy(Math.abs(place.x - centre.x))) }];
  return [centre, { ...radii, y: Math.max(0.1, tidy(Math.abs(place.y - centre.y))) }];
}
