import { merge, Played, type Interval } from "./intervals";

/* Tells the server what was watched. Whatever it has not acknowledged stays in localStorage and is
   sent again; repeats do no harm, because the server keeps a union of intervals. */

const EVERY_MS = 15_000;

interface Pending {
  position_s: number;
  intervals: Interval[];
}

export interface Watched {
  watched_share: number;
  done: boolean;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export class WatchRecord {
  private readonly played = new Played();
  private pending: Pending | null;
  private sending = false;
  private lastBody = "";
  private timer = 0;
  private readonly store: string;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly csrf: string,
    private readonly onAnswer: (watched: Watched) => void,
    private readonly duration_s: number,
  ) {
    this.store = `viewbox.watch.${url || location.pathname}`;
    this.pending = this.load();
    if (this.pending?.intervals.length) void this.send();
    video.addEventListener("timeupdate", () => this.tick());
    video.addEventListener("seeking", () => this.played.lift());
    video.addEventListener("waiting", () => this.played.lift());
    video.addEventListener("ratechange", () => this.tick());
    video.addEventListener("playing", () => this.start());
    video.addEventListener("pause", () => this.stop());
    video.addEventListener("ended", () => this.stop());
    window.addEventListener("online", () => void this.send());
    window.addEventListener("pagehide", () => this.flush(true));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.flush(true);
    });
  }

  /** Where an unsent record of this device left off, if it has one. */
  get localPosition_s(): number | null {
    return this.pending?.position_s ?? null;
  }

  private tick(): void {
    if (this.video.seeking || this.video.paused) return;
    this.played.tick(this.video.currentTime, performance.now() / 1000, this.video.playbackRate);
  }

  private start(): void {
    this.tick();
    window.clearInterval(this.timer);
    this.timer = window.setInterval(() => this.flush(false), EVERY_MS);
  }

  private stop(): void {
    window.clearInterval(this.timer);
    this.played.tick(this.video.currentTime, performance.now() / 1000, this.video.playbackRate);
    this.played.lift();
    this.flush(false);
  }

  private flush(leaving: boolean): void {
    if (!this.video.played.length && !this.pending) return;
    const fresh = this.played.take();
    if (this.video.played.length) {
      this.pending = {
        position_s: round(this.video.ended ? 0 : this.video.currentTime),
        intervals: merge([...(this.pending?.intervals ?? []), ...fresh]).map(
          ([from, to]): Interval => [round(from), round(Math.min(to, this.duration_s || to))],
        ),
      };
      this.save();
    }
    void this.send(leaving);
  }

  private async send(leaving = false): Promise<void> {
    if (!this.url || !this.pending || (this.sending && !leaving)) return;
    const sent = this.pending;
    const body = JSON.stringify(sent);
    // Hiding and leaving a page come together; the second has nothing to add.
    if (leaving && body === this.lastBody) return;
    this.lastBody = body;
    this.sending = true;
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
        body,
        keepalive: leaving,
        credentials: "same-origin",
      });
      // Refused for good (signed out, lecture withdrawn): sending it again would not help.
      if (answer.ok || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) {
        if (this.pending === sent) this.pending = null;
        this.save();
      }
      if (answer.ok) this.onAnswer((await answer.json()) as Watched);
    } catch {
      // No connection: kept in localStorage until it is back.
      this.lastBody = "";
    } finally {
      this.sending = false;
    }
  }

  private load(): Pending | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.store) ?? "null") as Pending | null;
      return kept && Array.isArray(kept.intervals) ? kept : null;
    } catch {
      return null;
    }
  }

  private save(): void {
    try {
      if (this.pending) localStorage.setItem(this.store, JSON.stringify(this.pending));
      else localStorage.removeItem(this.store);
    } catch {
      // Storage refused: the record lives as long as the page.
    }
  }
}
