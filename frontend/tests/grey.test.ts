import assert from "node:assert/strict";
import { test } from "node:test";

import type { Types } from "@cornerstonejs/core";

import { fitting, rangeOf, stepped, toldOf, windowOf } from "../src/viewer/grey";

/* Windows: what they show, how they fit, how they are told. */

function image(values: number[]): Types.IImage {
  const minPixelValue = Math.min(...values);
  const maxPixelValue = Math.max(...values);
  return { getPixelData: () => values, minPixelValue, maxPixelValue } as unknown as Types.IImage;
}

test("a window read back is the one that was set", () => {
  for (const window of [{ centre: 40, width: 400 }, { centre: 0.7, width: 0.3 }]) {
    const { centre, width } = windowOf(rangeOf(window));
    assert.ok(Math.abs(centre - window.centre) + Math.abs(width - window.width) < 1e-9);
  }
});

test("no window is without width, whatever its file says", () => {
  for (const width of [0, 1, -3]) {
    const { lower, upper } = rangeOf({ centre: 5, width });
    assert.ok(upper > lower);
  }
});

test("a few bright pixels of a dark picture are within the window that fits it", () => {
  const values = [...Array<number>(997).fill(0), 80, 100, 120];
  assert.deepEqual(fitting(image(values), 0.005), { centre: 60, width: 120 });
});

test("a picture of one grey has a window around it", () => {
  assert.deepEqual(fitting(image([7, 7, 7]), 0.005), { centre: 7, width: 1 });
});

test("values below one have a window of their own size, told in hundredths", () => {
  const window = fitting(image([0, 0.2, 0.4, 0.8]), 0);
  assert.deepEqual(toldOf(window), { centre: 0.4, width: 0.8 });
  assert.deepEqual(toldOf({ centre: -0.2, width: 400 }), { centre: 0, width: 400 });
});

test("steps never close a window", () => {
  let window = { centre: 40, width: 30 };
  for (let n = 0; n < 100; n += 1) window = stepped(window, 0, -1);
  assert.ok(window.width > 0);
});
