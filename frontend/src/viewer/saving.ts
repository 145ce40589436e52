import { annotation } from "@cornerstonejs/tools";

import { pixelOf, type StackData, type Vector } from "./data";
import { MEASURING, placeOf, toolNameOf } from "./engine";

/* The reader's own measurements as a file, to be kept or handed in; docs/viewer.md says what is in
   it. They are nowhere else: the server does not learn of them. */

interface Measurement {
  kind: string;
  /** The stack's label and key; image from one, null on a computed plane. */
  series: string;
  stack: string;
  image: number | null;
  images: number;
  file: string | null;
  /** In the patient's coordinates, and in columns and rows from the centre of the first pixel. */
  points_mm: number[][] | null;
  points_px: number[][] | null;
  values: Record<string, number>;
  unit: string;
}

const VALUES = {
  length: "length",
  angle: "angle_deg",
  area: "area",
  mean: "mean",
  stdDev: "sd",
  min: "min",
  max: "max",
} as const;

type Stats = Partial<Record<keyof typeof VALUES, number>> & { unit?: string; value?: number | number[] };
type Kept = ReturnType<typeof annotation.state.getAllAnnotations>[number];

export function measurements(shown: StackData): Measurement[] {
  const kinds = new Map(MEASURING.map((name) => [toolNameOf(name), name]));
  return annotation.state.getAllAnnotations().flatMap((one) => {
    const kind = kinds.get(one.metadata?.toolName ?? "");
    return kind ? [told(one, kind, shown)] : [];
  });
}

function told(one: Kept, kind: string, shown: StackData): Measurement {
  const place = placeOf(one.metadata?.referencedImageId ?? "");
  const stack = place?.stack ?? shown;
  const at = place?.at ?? null;
  const points = (one.data.handles?.points ?? []).map((point) => [...point] as Vector);
  const stats = Object.values((one.data["cachedStats"] ?? {}) as Record<string, Stats>)[0] ?? {};
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(stats)) {
    const called = VALUES[name as keyof typeof VALUES];
    if (called && typeof value === "number" && Number.isFinite(value)) values[called] = value;
  }
  if (kind === "probe" && typeof stats.value === "number") values["value"] = stats.value;
  const [file, frame] = at === null ? [null, 0] : (stack.frames[at] ?? [null, 0]);
  return {
    kind,
    series: stack.label,
    stack: stack.key,
    image: at === null ? null : at + 1,
    images: stack.frames.length,
    file: file && new URL(stack.base + file + (frame ? `#frame=${frame + 1}` : ""), location.href).href,
    points_mm: stack.spacing && stack.positions ? points : null,
    points_px: at === null ? null : points.map((point) => pixelOf(stack, at, point)).filter((px) => px !== null),
    values,
    unit: stack.unit,
  };
}

/** Lets the browser keep the measurements as a file; how many there are. */
export function save(shown: StackData): number {
  const found = measurements(shown);
  if (!found.length) return 0;
  const content = {
    format: "viewbox-measurements",
    version: 1,
    page: location.origin + location.pathname,
    saved: new Date().toISOString(),
    measurements: found,
  };
  const link = document.createElement("a");
  const url = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: "application/json" }));
  link.href = url;
  link.download = "measurements.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return found.length;
}
