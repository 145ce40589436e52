/* What was really played. Times in seconds of the lecture. */

export type Interval = [from: number, to: number];

/** Joins intervals that touch or overlap (within `gap_s`), sorted by start. */
export function merge(intervals: readonly Interval[], gap_s = 0.5): Interval[] {
  const sorted = intervals
    .filter(([from, to]) => to > from)
    .map(([from, to]): Interval => [from, to])
    .sort((a, b) => a[0] - b[0]);
  const joined: Interval[] = [];
  for (const next of sorted) {
    const last = joined[joined.length - 1];
    if (last && next[0] <= last[1] + gap_s) last[1] = Math.max(last[1], next[1]);
    else joined.push(next);
  }
  return joined;
}

/**
 * Follows the playhead and keeps the stretches it passed at playing speed. A step further than the
 * wall clock and playback rate allow was a jump, and begins a new stretch.
 */
export class Played {
  private intervals: Interval[] = [];
  private last: { position_s: number; clock_s: number } | null = null;

  constructor(private readonly slack_s = 1) {}

  /** The playhead is at `position_s`, playing at `rate`; `clock_s` is any monotonic clock. */
  tick(position_s: number, clock_s: number, rate: number): void {
    if (this.last) {
      const step_s = position_s - this.last.position_s;
      const possible_s = (clock_s - this.last.clock_s) * rate + this.slack_s;
      if (step_s > 0 && step_s <= possible_s) {
        this.intervals.push([this.last.position_s, position_s]);
        if (this.intervals.length > 64) this.intervals = merge(this.intervals);
      }
    }
    this.last = { position_s, clock_s };
  }

  /** Playback stopped or jumped: the next tick starts a stretch. */
  lift(): void {
    this.last = null;
  }

  /** Hands over what was played so far and starts anew. */
  take(): Interval[] {
    const taken = merge(this.intervals);
    this.intervals = [];
    return taken;
  }
}
