import assert from "node:assert/strict";
import { test } from "node:test";

import { WatchRecord } from "../src/player/watch";

/* What of a lecture counts as watched, told to a server that is not there. */

/** A <video> as far as the record looks at it; `at` is its clock and ours, in seconds. */
class Video extends EventTarget {
  currentTime = 0;
  playbackRate = 1;
  paused = false;
  seeking = false;
  ended = false;
  played = { length: 1 };

  tell(name: string, at_s: number, currentTime: number): void {
    clock_ms = at_s * 1000;
    this.currentTime = currentTime;
    this.dispatchEvent(new Event(name));
  }
}

let clock_ms = 0;
const sent: { intervals: [number, number][] }[] = [];
Object.assign(globalThis, {
  window: Object.assign(new EventTarget(), { setTimeout: () => 1, clearTimeout: () => undefined }),
  document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
  localStorage: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined },
  fetch: async (_url: string, { body }: { body: string }) => {
    sent.push(JSON.parse(body));
    return new Response("{}", { headers: { "Content-Type": "application/json" } });
  },
});
performance.now = () => clock_ms;

test("what was played up to a stall counts, also where the device was too busy to tell of it", () => {
  const video = new Video();
  new WatchRecord(video as unknown as HTMLVideoElement, "/watch/", "", "", () => undefined, 60);
  video.tell("playing", 0, 0);
  video.tell("timeupdate", 1, 1);
  video.tell("waiting", 4, 4);
  video.tell("playing", 9, 4);
  video.tell("timeupdate", 10, 5);
  video.paused = true;
  video.tell("pause", 11, 6);
  window.dispatchEvent(new Event("pagehide"));
  assert.deepEqual(sent.at(-1)?.intervals, [[0, 6]]);
});

test("what was jumped over does not count", () => {
  const video = new Video();
  new WatchRecord(video as unknown as HTMLVideoElement, "/watch/", "", "", () => undefined, 60);
  video.tell("playing", 20, 0);
  video.tell("timeupdate", 21, 1);
  video.seeking = true;
  video.tell("seeking", 21, 30);
  video.tell("waiting", 21, 30);
  video.seeking = false;
  video.tell("playing", 25, 30);
  video.tell("timeupdate", 26, 31);
  video.paused = true;
  video.tell("pause", 27, 32);
  window.dispatchEvent(new Event("pagehide"));
  assert.deepEqual(sent.at(-1)?.intervals, [
    [0, 1],
    [30, 32],
  ]);
});
