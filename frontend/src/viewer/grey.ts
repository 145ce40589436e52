import type { Types } from "@cornerstonejs/core";

import type { Window } from "./pane";

/* Windows that fit the values of an image. */

/** The window that shows all values of an image but a share at both ends. */
export function fitting(image: Types.IImage, share: number): Window {
  const values = image.getPixelData();
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const sample: number[] = [];
  for (let at = 0; at < values.length; at += step) sample.push(values[at] ?? 0);
  sample.sort((one, other) => one - other);
  const low = share ? (sample[Math.floor(sample.length * share)] ?? 0) : image.minPixelValue;
  const high = share
    ? (sample[Math.ceil(sample.length * (1 - share)) - 1] ?? 1)
    : image.maxPixelValue;
  return { centre: (low + high) / 2, width: Math.max(1, high - low) };
}
