import assert from "node:assert/strict";
import { test } from "node:test";

import { alongside, corresponding, letters, pixelOf, priorOf, type StackData } from "../src/viewer/data";

/* Where images lie: what scrolls together, and what does not. */

function stack(changes: Partial<StackData> = {}): StackData {
  return {
    study: 1,
    space: "a",
    positions: [0, 5, 10, 15].map((z) => [-10, -20, z]),
    orientation: [1, 0, 0, 0, 1, 0],
    spacing: [0.5, 2],
    ...changes,
  } as StackData;
}

const thin = { positions: [0, 1, 2, 3, 4, 5, 6].map((z) => [0, 0, z]) as StackData["positions"] };

test("parallel stacks in one coordinate system correspond by place", () => {
  assert.equal(corresponding(stack(), 1, stack(thin)), 5);
  assert.equal(corresponding(stack(thin), 6, stack()), 1);
});

test("studies of one coordinate system correspond, those of two do not though they be one study", () => {
  assert.equal(corresponding(stack(), 1, stack({ ...thin, study: 2 })), 5);
  assert.equal(corresponding(stack(), 1, stack({ ...thin, space: "b" })), null);
});

test("a prior in coordinates of its own goes as many millimetres from where both were laid", () => {
  const prior = stack({ ...thin, space: "b" });
  const now = { stack: stack(), at: 1 };
  assert.equal(alongside(now, 2, { stack: prior, at: 0 }), 5);
  assert.equal(alongside(now, 0, { stack: prior, at: 6 }), 1);
  // It stops where it ends, and comes back to the same place.
  assert.equal(alongside(now, 3, { stack: prior, at: 2 }), 6);
  assert.equal(alongside(now, 1, { stack: prior, at: 2 }), 2);
});

test("a prior whose slices are stored in opposite order goes the same way in the patient", () => {
  const turned = stack({ ...thin, space: "b", orientation: [1, 0, 0, 0, -1, 0] });
  assert.equal(alongside({ stack: stack(), at: 1 }, 2, { stack: turned, at: 0 }), 5);
  const sagittal = stack({ ...thin, space: "b", orientation: [0, 1, 0, 0, 0, -1] });
  assert.equal(alongside({ stack: stack(), at: 1 }, 2, { stack: sagittal, at: 0 }), null);
});

test("a series is compared with the prior's of its modality and plane", () => {
  const sagittal = stack({ orientation: [0, 1, 0, 0, 0, -1], modality: "CT", study: 2 });
  const [now, thinNow] = [stack({ modality: "CT" }), stack({ ...thin, modality: "CT" })];
  const prior = stack({ ...thin, modality: "CT", study: 2 });
  assert.equal(priorOf([now, thinNow, sagittal, prior], 0), 3);
  assert.equal(priorOf([now, thinNow, sagittal, prior], 3), 0);
  assert.equal(priorOf([now, thinNow, sagittal], 0), -1);
});

test("planes that cross do not correspond", () => {
  assert.equal(corresponding(stack(), 1, stack({ orientation: [0, 1, 0, 0, 0, -1] })), null);
  assert.equal(corresponding(stack(), 1, stack({ positions: null })), null);
});

test("a place in the patient is a column and a row of the image", () => {
  assert.deepEqual(pixelOf(stack(), 0, [-10, -20, 0]), [0, 0]);
  // Columns are 2 mm apart, rows half a millimetre.
  assert.deepEqual(pixelOf(stack(), 0, [-6, -19, 0]), [2, 2]);
  assert.equal(pixelOf(stack({ spacing: null }), 0, [0, 0, 0]), null);
});

test("directions are told by the patient's letters", () => {
  assert.equal(letters([1, 0, 0]), "L");
  assert.equal(letters([0, -1, 0]), "A");
  assert.equal(letters([-0.7, 0, 0.7]), "RH");
});
