import assert from "node:assert/strict";
import { test } from "node:test";

import { speedsOf } from "../src/viewer/cine";
import type { StackData } from "../src/viewer/data";

/* How fast a stack may be played. */

const speeds = (rate: number | null) => speedsOf({ rate } as StackData);

test("a loop's own rate is among the usual ones, in its place and once", () => {
  assert.deepEqual(speeds(24), [5, 10, 20, 24, 30]);
  assert.deepEqual(speeds(2.5), [2.5, 5, 10, 20, 30]);
  assert.deepEqual(speeds(20), [5, 10, 20, 30]);
});

test("a stack that tells no rate has the usual ones", () => {
  assert.deepEqual(speeds(null), [5, 10, 20, 30]);
});
