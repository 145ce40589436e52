import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawing, type Drawn } from "../src/viewer/drawing";
import type { StackPane } from "../src/viewer/stack-pane";

/* Which image a mark belongs to, while another is on its way. */

const ENTER = { key: "Enter" } as KeyboardEvent;

function drawnWith(pane: { at: number; pictured: number }): Drawn[] {
  const taken: Drawn[] = [];
  const drawing = new Drawing({
    drawn: (_, drawn) => taken.push(drawn),
    moved: () => {},
    ended: () => {},
  });
  drawing.start("point");
  drawing.key(ENTER, { ...pane, centre: [3, 4] } as unknown as StackPane);
  return taken;
}

test("a mark belongs to the image that is seen, not to the one that is being fetched", () => {
  assert.deepEqual(drawnWith({ at: 12, pictured: 7 }), [{ at: 7, points: [[3, 4]], radii: null }]);
});

test("where no image is seen yet, nothing is marked", () => {
  assert.deepEqual(drawnWith({ at: 0, pictured: -1 }), []);
});
