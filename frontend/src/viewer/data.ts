/* What the server says about a case's stacks: cases/viewing.py writes it, as JSON in the page. */

export type Vector = [number, number, number];

export interface StackData {
  id: number;
  /** Names the stack for marks and questions. */
  key: string;
  /** Which of the case's studies: 0 is the present one, the others are priors. */
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
  /** Frames of one recording, which follow one another in time. */
  isLoop: boolean;
  /** Frames a second at which the loop is to be shown; null where its file does not say. */
  rate: number | null;
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

/** Whether slices of both follow one another along one line, be it in opposite order. */
function areParallel(one: StackData, other: StackData): boolean {
  const normals = [normalOf(one), normalOf(other)];
  return !!normals[0] && !!normals[1] && Math.abs(dot(normals[0], normals[1])) >= 0.95;
}

/** The image of a stack that lies nearest to `wanted`, in millimetres along its normal. */
function nearest(positions: Vector[], normal: Vector, wanted: number): number {
  let best = 0;
  let least = Infinity;
  positions.forEach((position, index) => {
    const distance = Math.abs(dot(position, normal) - wanted);
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** The image of `stack` that lies nearest to image `at` of another one; null where the two are not
    parallel stacks in one coordinate system, so that no image corresponds. */
export function corresponding(from: StackData, at: number, stack: StackData): number | null {
  const normal = normalOf(stack);
  const place = from.positions?.[at];
  if (from.space !== stack.space || !normal || !place || !stack.positions) return null;
  return areParallel(from, stack) ? nearest(stack.positions, normal, dot(place, normal)) : null;
}

/** An image of a stack, beside which a reader has laid one of another stack. */
export interface Meeting {
  stack: StackData;
  at: number;
}

/** The image of `other.stack` that lies as many millimetres from `other.at` as image `at` lies from
    `one.at`: what scrolls along of a prior study, whose coordinates are its own. Null where the two
    stacks are not parallel or do not say where their images lie. */
export function alongside(one: Meeting, at: number, other: Meeting): number | null {
  const normal = normalOf(other.stack);
  const [from, to] = [one.stack.positions?.[one.at], one.stack.positions?.[at]];
  const met = other.stack.positions?.[other.at];
  if (!normal || !from || !to || !met || !other.stack.positions) return null;
  if (!areParallel(one.stack, other.stack)) return null;
  const way_mm = dot(to, normal) - dot(from, normal);
  return nearest(other.stack.positions, normal, dot(met, normal) + way_mm);
}

/** Which stack of another study is to be compared with one: the first of its modality whose slices
    are parallel to it; -1 where there is none. */
export function priorOf(stacks: StackData[], number: number): number {
  const one = stacks[number];
  if (!one) return -1;
  return stacks.findIndex(
    (other) =>
      other.study !== one.study && other.modality === one.modality && areParallel(one, other),
  );
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
