import { Enums, cache, eventTarget, volumeLoader } from "@cornerstonejs/core";

import { dot, normalOf, type StackData, type Vector } from "./data";
import { imageIdsOf, memoryBudget } from "./engine";

/* Whether planes can be computed through a stack, and the volume they go through. */

export type PlaneName = "axial" | "coronal" | "sagittal";

/** Normals in the patient's coordinates: each plane is scrolled along one axis. */
export const NORMALS: Record<PlaneName, Vector> = {
  axial: [0, 0, 1],
  coronal: [0, 1, 0],
  sagittal: [1, 0, 0],
};
const LEAST_SLICES = 8;
/** Of values once they are numbers of one kind; the picture card keeps a copy of half as much. */
const BYTES_PER_VALUE = 4;
/** Positions come rounded to hundredths of a millimetre. */
const ROUNDING_MM = 0.03;

/** What a volume holds on the picture card. */
interface Held {
  vtkOpenGLTexture?: { releaseGraphicsResources: () => void };
}

/** By the name of its sentence; "broken" where images did not come. */
export type Refusal = "noVolume" | "tooLarge" | "tooSmall" | "broken";

/** Why planes cannot be shown; null where they can. */
export function refusalOf(stack: StackData): Refusal | null {
  if (!isVolume(stack)) return "noVolume";
  if (matchMedia("(pointer: coarse) and ((max-width: 40rem) or (max-height: 30rem))").matches) {
    return "tooSmall";
  }
  const bytes = stack.rows * stack.columns * stack.frames.length * BYTES_PER_VALUE;
  return bytes > memoryBudget() * 0.9 ? "tooLarge" : null;
}

/** Slices of one orientation, evenly spaced, straight behind one another. */
function isVolume(stack: StackData): boolean {
  const { positions, spacing } = stack;
  const normal = normalOf(stack);
  const [first] = positions ?? [];
  const last = positions?.at(-1);
  if (stack.kind !== "volume" || stack.isColour || !normal || !spacing) return false;
  if (!positions || !first || !last || positions.length < LEAST_SLICES) return false;
  const depths = positions.map((position) => dot(position, normal));
  const mean = ((depths.at(-1) ?? 0) - (depths[0] ?? 0)) / (depths.length - 1);
  const slack = Math.max(ROUNDING_MM, Math.abs(mean) * 0.05);
  const isEven = depths.every(
    (depth, at) => at === 0 || Math.abs(depth - (depths[at - 1] ?? 0) - mean) <= slack,
  );
  // A tilted gantry shifts slices sideways: planes through them would be sheared.
  const along = last.map((value, axis) => value - (first[axis] ?? 0));
  const depth = dot(along, normal);
  const aside = Math.hypot(...along.map((value, axis) => value - depth * (normal[axis] ?? 0)));
  return isEven && Math.abs(mean) > 0.01 && aside <= Math.min(...spacing);
}

export class Volume {
  /** Where the planes meet, in millimetres of the patient's coordinates. */
  point: Vector;
  private readonly edges: Vector[];
  private stopListening: () => void = () => undefined;

  constructor(
    readonly id: string,
    readonly stack: StackData,
    at: number,
    readonly isLight: boolean,
  ) {
    const { orientation, positions, spacing } = stack;
    if (!orientation || !positions || !spacing) throw new Error("no volume");
    const [high, wide] = spacing;
    const row = orientation.slice(0, 3).map((value) => value * wide * (stack.columns - 1));
    const column = orientation.slice(3).map((value) => value * high * (stack.rows - 1));
    const depth = (positions.at(-1) ?? []).map((value, axis) => value - (positions[0]?.[axis] ?? 0));
    this.edges = [row, column, depth] as Vector[];
    this.point = (positions[at] ?? positions[0] ?? [0, 0, 0]).map(
      (value, axis) => value + ((row[axis] ?? 0) + (column[axis] ?? 0)) / 2,
    ) as Vector;
  }

  /** First and last place of a plane along its normal, and the distance of its slices: that of the
      volume's own values in the direction nearest to it. */
  range(plane: PlaneName): { low: number; step: number; count: number } {
    const normal = NORMALS[plane];
    const start = dot(this.stack.positions?.[0] ?? [], normal);
    const reaches = this.edges.map((edge) => dot(edge, normal));
    const low = start + reaches.reduce((sum, reach) => sum + Math.min(0, reach), 0);
    const high = start + reaches.reduce((sum, reach) => sum + Math.max(0, reach), 0);
    const sizes = [this.stack.columns, this.stack.rows, this.stack.frames.length];
    const steps = this.edges.map((edge, axis) => Math.hypot(...edge) / ((sizes[axis] ?? 2) - 1));
    const straightness = this.edges.map(
      (edge, axis) => Math.abs(reaches[axis] ?? 0) / (Math.hypot(...edge) || 1),
    );
    const step = steps[straightness.indexOf(Math.max(...straightness))] ?? 1;
    return { low, step, count: Math.floor((high - low) / step + 0.01) + 1 };
  }

  get imageIds(): string[] {
    return imageIdsOf(this.stack, this.isLight);
  }

  /** The image of the stack that lies nearest to the point. */
  get nearestSlice(): number {
    const normal = normalOf(this.stack) ?? [0, 0, 1];
    const wanted = dot(this.point, normal);
    const distances = (this.stack.positions ?? []).map((position) =>
      Math.abs(dot(position, normal) - wanted),
    );
    return Math.max(0, distances.indexOf(Math.min(...distances)));
  }

  /** Fetches what is not there yet; tells how many slices are. */
  async load(onLoaded: (done: number) => void): Promise<void> {
    // Cornerstone turns the list round where it likes the other order better.
    const imageIds = [...this.imageIds];
    const volume = await volumeLoader.createAndCacheVolume(this.id, { imageIds });
    const listen = (event: Event): void => {
      const { volumeId, framesProcessed } = (event as CustomEvent).detail as {
        volumeId: string;
        framesProcessed: number;
      };
      if (volumeId === this.id) onLoaded(framesProcessed);
    };
    eventTarget.addEventListener(Enums.Events.IMAGE_VOLUME_MODIFIED, listen);
    this.stopListening = () =>
      eventTarget.removeEventListener(Enums.Events.IMAGE_VOLUME_MODIFIED, listen);
    if ("load" in volume) (volume as { load: () => void }).load();
  }

  /** Leaves the slices in the cache: the stack goes on with them. */
  release(): void {
    this.stopListening();
    const volume = cache.getVolume(this.id) as Held | undefined;
    if (!volume) return;
    cache.removeVolumeLoadObject(this.id);
    volume.vtkOpenGLTexture?.releaseGraphicsResources();
  }
}
