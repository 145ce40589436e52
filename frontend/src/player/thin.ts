import { readTracks, type Segment, type Track } from "./playlists";

/* Plays our thin renditions on thin lines. A browser's own HLS starts when it has two whole segments,
   twelve seconds of lecture, and hls.js is itself larger than a minute of slides and voice; here the
   bytes go to the decoder as they come, so that the first picture shows after the first picture.
   Only for what we package ourselves (playlists.ts); anything else is left to the others. */

const AHEAD_S = 30;
const RETRY_MS = 2000;
const KEPT_BEHIND_S = 30;
const MOST_REFUSALS = 4;

interface Lane {
  buffer: SourceBuffer;
  track: Track;
  next: number;
  fetching: { index: number; abort: AbortController } | null;
  done: boolean;
  refusals: number;
}

export function canStreamThin(): boolean {
  return "MediaSource" in window && "ReadableStream" in window;
}

export class ThinStream {
  private readonly source = new MediaSource();
  private readonly closing = new AbortController();
  private lanes: Lane[] = [];
  private wake: (() => void)[] = [];
  private readonly address: string;

  /** `onFail` is called when this can't play it; nothing was shown then. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    at_s: number,
    private readonly onFail: () => void,
  ) {
    this.address = URL.createObjectURL(this.source);
    const { signal } = this.closing;
    const stir = () => this.stir();
    for (const name of ["timeupdate", "play"]) video.addEventListener(name, stir, { signal });
    video.addEventListener("seeking", () => this.seek(), { signal });
    window.addEventListener("online", stir, { signal });
    this.source.addEventListener("sourceopen", () => void this.open(at_s), { once: true });
    video.src = this.address;
    if (at_s > 0) video.currentTime = at_s;
  }

  close(): void {
    this.closing.abort();
    for (const lane of this.lanes) lane.fetching?.abort.abort();
    this.stir();
    URL.revokeObjectURL(this.address);
  }

  private get closed(): boolean {
    return this.closing.signal.aborted;
  }

  private async open(at_s: number): Promise<void> {
    const { video, source } = this;
    try {
      if (video.preload === "none" && video.paused) await this.played();
      const tracks = await this.insist(() => readTracks(this.url, this.closing.signal));
      if (this.closed) return;
      if (!tracks) throw new Error("not a playlist of ours");
      source.duration = Math.max(...tracks.map((t) => t.segments[t.segments.length - 1]?.end_s ?? 0));
      this.lanes = tracks.map((track) => ({
        buffer: source.addSourceBuffer(track.type),
        track,
        next: indexOf(track.segments, at_s),
        fetching: null,
        done: false,
        refusals: 0,
      }));
      await Promise.all(this.lanes.map((lane) => this.run(lane)));
    } catch {
      if (!this.closed) this.onFail();
    }
  }

  private played(): Promise<unknown> {
    return new Promise((resolve) => this.video.addEventListener("play", resolve, { once: true }));
  }

  private async run(lane: Lane): Promise<void> {
    await this.insist(() => this.pour(lane, lane.track.init, this.closing.signal));
    while (!this.closed) {
      const segment = lane.track.segments[lane.next];
      if (!segment) {
        lane.done = true;
        this.finish();
        await this.rest();
      } else if (this.holds(lane, segment)) {
        lane.next += 1;
      } else if (segment.start_s > this.video.currentTime + this.reach_s) {
        await this.rest();
      } else {
        await this.take(lane, segment);
      }
    }
  }

  /** Before anybody pressed play, the beginning is enough. */
  private get reach_s(): number {
    return this.video.played.length || !this.video.paused ? AHEAD_S : 1;
  }

  private async take(lane: Lane, segment: Segment): Promise<void> {
    const index = lane.next;
    const abort = new AbortController();
    lane.fetching = { index, abort };
    try {
      await this.pour(lane, segment.url, abort.signal);
      if (lane.next === index) lane.next += 1;
      lane.refusals = 0;
    } catch (error) {
      // Half a segment may be in the parser.
      if (!this.closed && this.source.readyState === "open") lane.buffer.abort();
      // A seek wants another segment at once; a lost connection is given time, a refusal little.
      if (abort.signal.aborted) return;
      if (!(error instanceof TypeError) && (lane.refusals += 1) > MOST_REFUSALS) throw error;
      await this.rest(RETRY_MS);
    } finally {
      lane.fetching = null;
    }
  }

  /** Fetches, and appends as the bytes come. */
  private async pour(lane: Lane, url: string, signal: AbortSignal): Promise<void> {
    const answer = await fetch(url, { signal });
    if (!answer.ok || !answer.body) throw new Error(`${answer.status} ${url}`);
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (this.closed) return;
      await this.append(lane.buffer, value);
    }
  }

  private async append(buffer: SourceBuffer, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      buffer.appendBuffer(bytes);
    } catch (error) {
      const end_s = this.video.currentTime - KEPT_BEHIND_S;
      if (!(error instanceof DOMException) || error.name !== "QuotaExceededError" || end_s <= 0) {
        throw error;
      }
      buffer.remove(0, end_s);
      await settled(buffer);
      buffer.appendBuffer(bytes);
    }
    await settled(buffer);
  }

  private seek(): void {
    const at_s = this.video.currentTime;
    for (const lane of this.lanes) {
      lane.next = indexOf(lane.track.segments, at_s);
      lane.done = false;
      if (lane.fetching && lane.fetching.index !== lane.next) lane.fetching.abort.abort();
    }
    this.stir();
  }

  private holds(lane: Lane, { start_s, end_s }: Segment): boolean {
    const { buffered } = lane.buffer;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= start_s + 0.2 && buffered.end(i) >= end_s - 0.2) return true;
    }
    return false;
  }

  private finish(): void {
    const over = this.lanes.every((lane) => lane.done && !lane.buffer.updating);
    if (over && this.source.readyState === "open") this.source.endOfStream();
  }

  private rest(at_most_ms = 5000): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, at_most_ms);
      this.wake.push(() => {
        window.clearTimeout(timer);
        resolve();
      });
    });
  }

  private stir(): void {
    const waiting = this.wake;
    this.wake = [];
    for (const resolve of waiting) resolve();
  }

  /** Tries until there is a connection; what the server refuses is refused. */
  private async insist<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (this.closed || !(error instanceof TypeError)) throw error;
        await this.rest(RETRY_MS);
      }
    }
  }
}

function indexOf(segments: readonly Segment[], at_s: number): number {
  const index = segments.findIndex(({ end_s }) => end_s > at_s + 0.05);
  return index < 0 ? Math.max(0, segments.length - 1) : index;
}

function settled(buffer: SourceBuffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", fail);
      resolve();
    };
    const fail = () => {
      buffer.removeEventListener("updateend", done);
      buffer.removeEventListener("error", fail);
      reject(new Error("append"));
    };
    buffer.addEventListener("updateend", done);
    buffer.addEventListener("error", fail);
  });
}
