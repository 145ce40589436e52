import { cache } from "@cornerstonejs/core";

import type { Words } from "./data";

/* What stands beside a measurement, in the page's language. Values are of the pixels after the
   modality transformation, so in Hounsfield units for CT. */

interface Statistics {
  length?: number;
  unit?: string;
  angle?: number;
  area?: number;
  areaUnit?: string;
  mean?: number;
  stdDev?: number;
  min?: number;
  max?: number;
  index?: ArrayLike<number>;
  value?: number | number[];
}

interface Data {
  cachedStats: Record<string, Statistics>;
}

type Lines = (data: Data, targetId: string) => string[] | undefined;

const language = document.documentElement.lang || "en";

function rounded(value: number | undefined, digits = 1): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** The pixel's values. The tool's own are empty beyond the first image of a stack: it counts the
    image's place in the stack as its depth. */
function valuesAt(targetId: string, index: ArrayLike<number> | undefined): number[] {
  const image = cache.getImage(targetId.replace(/^imageId:/, ""));
  const pixels = image?.getPixelData();
  const [column, row] = index ? [index[0] ?? -1, index[1] ?? -1] : [-1, -1];
  if (!image || !pixels || column < 0 || row < 0) return [];
  if (column >= image.columns || row >= image.rows) return [];
  const samples = Math.max(1, Math.round(pixels.length / (image.columns * image.rows)));
  const from = (row * image.columns + column) * samples;
  return [...pixels.slice(from, from + Math.min(samples, 3))];
}

export function textLines(
  words: Words,
  units: (imageId: string) => string,
  /** Whether the mean alone is told of a region. */
  isBrief: (data: object) => boolean,
): Record<"length" | "angle" | "ellipse" | "rectangle" | "probe", Lines> {
  // Cornerstone says "mm" with additions of its own ("mm Est", "px"): only whether it is
  // millimetres or pixels is taken from it.
  const distance = (unit = "") => words(unit.startsWith("mm") ? "mm" : "px");
  const area = (unit = "") => words(unit.startsWith("mm") ? "mm2" : "px2");
  const region: Lines = (data, targetId) => {
    const found = data.cachedStats[targetId];
    if (!found || found.area === undefined) return undefined;
    const unit = units(targetId);
    const value = (number: number | undefined) => [rounded(number), unit].filter(Boolean).join(" ");
    if (found.mean === undefined) return undefined;
    if (isBrief(data)) return [value(found.mean)];
    return [
      `${words("mean")} ${value(found.mean)}`,
      `${words("sd")} ${rounded(found.stdDev)}`,
      `${words("min")} ${rounded(found.min)} · ${words("max")} ${rounded(found.max)}`,
      `${words("area")} ${rounded(found.area)} ${area(found.areaUnit)}`,
    ];
  };
  return {
    length: (data, targetId) => {
      const found = data.cachedStats[targetId];
      if (found?.length === undefined || !Number.isFinite(found.length)) return undefined;
      return [`${rounded(found.length)} ${distance(found.unit)}`];
    },
    angle: (data, targetId) => {
      const angle = data.cachedStats[targetId]?.angle;
      return angle === undefined || !Number.isFinite(angle) ? undefined : [`${rounded(angle)}°`];
    },
    ellipse: region,
    rectangle: region,
    probe: (data, targetId) => {
      const found = data.cachedStats[targetId];
      // On planes the tool's own value holds: a volume has a depth to count in.
      const values = targetId.startsWith("volumeId:")
        ? [found?.value ?? []].flat()
        : valuesAt(targetId, found?.index);
      if (!values.length) return undefined;
      const unit = units(targetId);
      return [[values.map((value) => rounded(value)).join(" / "), unit].filter(Boolean).join(" ")];
    },
  };
}
