import type { Types } from "@cornerstonejs/core";

import type { Window } from "./pane";

/* Windows: which grey values they show, and which fit the values of an image. */

interface Range {
  lower: number;
  upper: number;
}

/** Of all-equal values, and of files that record a width of nothing. */
const LEAST_WIDTH = 1e-6;
/** From this width on whole numbers say enough. */
const WHOLE_FROM = 10;

/** The values from black to white, as LINEAR_EXACT of PS3.3, C.11.2.1.3.2 has them: half a value
    beside LINEAR, and right as well for values that are no whole numbers. */
export function rangeOf({ centre, width }: Window): Range {
  const half = Math.max(LEAST_WIDTH, width) / 2;
  return { lower: centre - half, upper: centre + half };
}

export function windowOf({ lower, upper }: Range): Window {
  return { centre: (lower + upper) / 2, width: upper - lower };
}

/** A window moved and widened by so many steps, which are finer where it is narrow. */
export function stepped({ centre, width }: Window, moves: number, widens: number): Window {
  const step = width < 4 ? width / 8 : Math.max(1, width / 25);
  return { centre: centre + moves * step, width: Math.max(step / 2, width + widens * step) };
}

/** Centre and width as they are told. */
export function toldOf({ centre, width }: Window): Window {
  const digits = width < WHOLE_FROM ? 2 : 0;
  const rounded = (value: number) => Number(value.toFixed(digits)) + 0;
  return { centre: rounded(centre), width: rounded(width) };
}

/** The window that shows all values of an image but a share at both ends; all of them where nearly
    all are equal. */
export function fitting(image: Types.IImage, share: number): Window {
  const values = image.getPixelData();
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const sample: number[] = [];
  for (let at = 0; at < values.length; at += step) sample.push(values[at] ?? 0);
  sample.sort((one, other) => one - other);
  const low = sample[Math.floor(sample.length * share)] ?? 0;
  const high = sample[Math.ceil(sample.length * (1 - share)) - 1] ?? 1;
  const { minPixelValue: least, maxPixelValue: most } = image;
  if (share && high > low) return windowOf({ lower: low, upper: high });
  return most > least
    ? windowOf({ lower: least, upper: most })
    : { centre: least, width: 1 };
}
