import assert from "node:assert/strict";
import { test } from "node:test";

import { awaitRest } from "../src/player/rest";

/* When somebody who has seen the beginning of a lecture is told that there is more. */

test("it is looked for from the end of the beginning on, until there is more, over a line that fails", async () => {
  const waiting: (() => void)[] = [];
  Object.assign(globalThis, { window: { setTimeout: (go: () => void) => waiting.push(go) } });
  const answers = [60, "down", 150];
  let looked = 0;
  let told = 0;
  const video = new EventTarget();
  const look = async (): Promise<number> => {
    const answer = answers[looked++];
    if (typeof answer !== "number") throw new TypeError("the line is down");
    return answer;
  };
  awaitRest(video, 60, look, () => (told += 1));
  assert.equal(looked, 0);

  video.dispatchEvent(new Event("ended"));
  for (const expected of [1, 2, 3]) {
    await new Promise(setImmediate);
    assert.equal(looked, expected);
    assert.equal(told, expected === 3 ? 1 : 0);
    waiting.pop()?.();
  }
  assert.equal(waiting.length, 0);
});
