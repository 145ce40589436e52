import { merge, Played, type Interval } from "./intervals";

/* Tells the server what was watched, at most once in EVERY_MS, and once more on leaving. Whatever
   it has not acknowledged stays in localStorage, each tab under a name of its own, and is sent when
   there is a connection, by this page or the next. Nothing is lost by a repeat and nothing counted
   twice, because the server keeps a union of intervals. */

const EVERY_MS = 15_000;
const PREFIX = "viewbox.watch.";
/** So much can be lost when a browser is killed. */
const NOTE_EVERY_MS = 3000;

interface Pending {
  position_s: number;
  intervals: Interval[];
  /** This device's clock when the position was noted, in ms. */
  at: number;
}

export interface Watched {
  watched_share: number;
  done: boolean;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export class WatchRecord {
  private readonly played = new Played();
  private pending: Pending | null = null;
  private readonly shelf: string;
  private readonly own: string;
  private timer = 0;
  private sent_ms = -EVERY_MS;
  private noted_ms = 0;
  private due_ms = 0;
  private sending = false;
  private lastBeacon = "";

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly csrf: string,
    viewer: string,
    private readonly onAnswer: (watched: Watched) => void,
    private readonly duration_s: number,
  ) {
    // Whoever signs in next on this device must not be credited with what this one watched.
    this.shelf = `${PREFIX}${viewer || "visitor"}.${url || location.pathname}.`;
    this.own = this.shelf + Math.random().toString(36).slice(2, 10);
    this.adopt();
    if (this.pending) this.schedule();
    video.addEventListener("timeupdate", () => this.tick());
    for (const name of ["seeking", "emptied"]) {
      video.addEventListener(name, () => this.played.lift());
    }
    video.addEventListener("waiting", () => {
      // The playhead has come further since it was last told, on a busy device by seconds.
      this.tick();
      this.played.lift();
    });
    video.addEventListener("ratechange", () => this.tick());
    video.addEventListener("playing", () => this.tick());
    for (const name of ["pause", "ended"]) video.addEventListener(name, () => this.stop());
    window.addEventListener("online", () => this.schedule());
    window.addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.stop();
    });
  }

  /** Where an unsent record of this device left off, if it has one. */
  get localPosition_s(): number | null {
    return this.pending?.position_s ?? null;
  }

  private tick(): void {
    const { video } = this;
    if (video.seeking || video.paused) return;
    this.played.tick(video.currentTime, performance.now() / 1000, video.playbackRate);
    if (performance.now() - this.noted_ms > NOTE_EVERY_MS) this.note();
    if (!this.timer) this.schedule(EVERY_MS);
  }

  private stop(): void {
    const { video } = this;
    if (video.played.length && !video.seeking) {
      this.played.tick(video.currentTime, performance.now() / 1000, video.playbackRate);
      this.played.lift();
    }
    this.note();
    this.schedule();
  }

  private leave(): void {
    this.stop();
    if (!this.url || !this.pending) return;
    const body = this.body(this.pending);
    // Leaving may be told twice; the second has nothing to add.
    const same = JSON.stringify([this.pending.position_s, this.pending.intervals]);
    if (same === this.lastBeacon) return;
    this.lastBeacon = same;
    if ("keepalive" in Request.prototype) {
      void this.post(body, true).catch(() => undefined);
    } else {
      const form = new FormData();
      form.set("csrfmiddlewaretoken", this.csrf);
      form.set("report", body);
      navigator.sendBeacon(this.url, form);
    }
  }

  /** Puts what was played since into the record that waits to be sent. */
  private note(): void {
    const { video } = this;
    if (!video.played.length) return;
    this.noted_ms = performance.now();
    const fresh = this.played.take();
    const position_s = round(video.ended ? 0 : video.currentTime);
    if (!fresh.length && this.pending?.position_s === position_s) return;
    this.pending = {
      position_s,
      at: Date.now(),
      intervals: merge([...(this.pending?.intervals ?? []), ...fresh]).map(
        ([from, to]): Interval => [round(from), round(Math.min(to, this.duration_s || to))],
      ),
    };
    this.save();
  }

  /** Sends as soon as the pace allows, but not before `wait_ms` from now. */
  private schedule(wait_ms = 0): void {
    const now_ms = performance.now();
    const due_ms = Math.max(now_ms + wait_ms, this.sent_ms + EVERY_MS);
    if (this.timer && this.due_ms <= due_ms) return;
    window.clearTimeout(this.timer);
    this.due_ms = due_ms;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.send();
    }, due_ms - now_ms);
  }

  private async send(): Promise<void> {
    this.note();
    if (!this.url || !this.pending || this.sending || !navigator.onLine) return;
    const sent = this.pending;
    this.sending = true;
    this.sent_ms = performance.now();
    try {
      const answer = await this.post(this.body(sent), false);
      const known = answer.ok || [400, 404, 410, 413].includes(answer.status);
      // Anything else (signed out, too many, out of order) may go through later: it is kept.
      if (known) {
        if (this.pending === sent) this.pending = null;
        this.save();
      }
      if (answer.ok) this.onAnswer((await answer.json()) as Watched);
    } catch {
      // No connection: tried again in EVERY_MS, and as soon as the browser says it is back.
      this.schedule();
    } finally {
      this.sending = false;
    }
  }

  private post(body: string, keepalive: boolean): Promise<Response> {
    return fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      body,
      keepalive,
      credentials: "same-origin",
    });
  }

  private body({ position_s, intervals, at }: Pending): string {
    const age_s = round(Math.max(0, (Date.now() - at) / 1000));
    return JSON.stringify({ position_s, intervals, age_s });
  }

  /** Takes over what earlier pages left unsent. One still open sends its own again: no harm. */
  private adopt(): void {
    try {
      for (const name of Object.keys(localStorage).filter((key) => key.startsWith(this.shelf))) {
        const kept = JSON.parse(localStorage.getItem(name) ?? "null") as Pending | null;
        localStorage.removeItem(name);
        if (!kept || !Array.isArray(kept.intervals)) continue;
        const newer = !this.pending || kept.at > this.pending.at ? kept : this.pending;
        const intervals = merge([...(this.pending?.intervals ?? []), ...kept.intervals]);
        this.pending = { position_s: newer.position_s, at: newer.at, intervals };
      }
    } catch {
      // Storage refused or nonsense in it.
    }
    this.save();
  }

  private save(): void {
    try {
      if (this.pending) localStorage.setItem(this.own, JSON.stringify(this.pending));
      else localStorage.removeItem(this.own);
    } catch {
      // Storage refused: the record lives as long as the page.
    }
  }
}
