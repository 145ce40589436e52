/* What the server says about a case's stacks: cases/viewing.py writes it, as JSON in the page. */

export type Vector = [number, number, number];

export interface StackData {
  id: number;
  /** Names the stack for marks and questions. */
  key: string;
  /** Which of the case's studies. */
  study: number;
  /** Names the coordinate system: stacks of equal names lie in one (docs/imports.md). */
  space: string;
  label: string;
  note: string;
  modality: string;
  kind: "volume" | "images" | "localizer";
  /** "HU" where values are Hounsfield units, else empty. */
  unit: string;
  base: string;
  rows: number;
  columns: number;
  /** File and frame (from 0) of each image, in the order of the stack. */
  frames: [string, number][];
  /** Upper left corners, millimetres in the patient's coordinates; null where not known of all. */
  positions: Vector[] | null;
  /** Direction cosines of rows and columns. */
  orientation: [number, number, number, number, number, number] | null;
  /** Millimetres between rows and between columns. */
  spacing: [number, number] | null;
  thickness: number | null;
  /** Centre and width. */
  window: [number, number] | null;
  isColour: boolean;
  start: number;
  /** A lossy copy with the same rows, columns and places, a file for each frame (docs/imports.md);
      null or absent where there is none. */
  light?: { base: string; files: number; bytes: number; fullBytes: number } | null;
}

export interface Preset {
  modality: string;
  name: string;
  centre: number;
  width: number;
}

export interface CaseData {
  version: number;
  stacks: StackData[];
  presets: Preset[];
}

/** Words of the page's language, from the template's data attributes. */
export type Words = (name: string, values?: Record<string, string | number>) => string;

export function wordsOf(template: HTMLTemplateElement): Words {
  return (name, values = {}) =>
    (template.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_, key: string) =>
      String(values[key] ?? ""),
    );
}

export function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

/** The direction in which a stack's slices follow one another. */
export function normalOf(stack: StackData): Vector | null {
  const o = stack.orientation;
  if (!o) return null;
  return [
    o[1] * o[5] - o[2] * o[4],
    o[2] * o[3] - o[0] * o[5],
    o[0] * o[4] - o[1] * o[3],
  ];
}

/** Column and row of a place in an image, from the centre of the first pixel; null where the stack
    does not say where its images lie. */
export function pixelOf(stack: StackData, at: number, place: Vector): [number, number] | null {
  const corner = stack.positions?.[at];
  const { orientation, spacing } = stack;
  if (!corner || !orientation || !spacing) return null;
  const way = place.map((value, axis) => value - (corner[axis] ?? 0));
  return [dot(way, orientation.slice(0, 3)) / spacing[1], dot(way, orientation.slice(3)) / spacing[0]];
}

/** The image of `stack` that lies nearest to image `at` of another one; null where the two are not
    parallel stacks in one coordinate system, so that no image corresponds. */
export function corresponding(from: StackData, at: number, stack: StackData): number | null {
  const [one, other] = [normalOf(from), normalOf(stack)];
  const place = from.positions?.[at];
  if (from.space !== stack.space || !one || !other || !place || !stack.positions) return null;
  if (Math.abs(dot(one, other)) < 0.95) return null;
  const wanted = dot(place, other);
  let best = 0;
  let least = Infinity;
  stack.positions.forEach((position, index) => {
    const distance = Math.abs(dot(position, other) - wanted);
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** Patient directions: L, P and H point along x, y and z (PS3.3, C.7.6.2.1.1). */
export function letters(direction: readonly number[]): string {
  const length = Math.hypot(...direction) || 1;
  const names = ["L", "P", "H"] as const;
  const opposite = { L: "R", P: "A", H: "F" } as const;
  return direction
    .map((value, axis) => ({ value: value / length, name: names[axis] ?? "H" }))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .filter(({ value }, place) => Math.abs(value) > (place === 0 ? 0 : 0.35))
    .slice(0, 2)
    .map(({ value, name }) => (value > 0 ? name : opposite[name]))
    .join("");
}
