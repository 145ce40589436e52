/* What plays: the browser's own HLS where it has it; hls.js, loaded only then, where it has not or
   where the reader wants one picture size and no other; our own small streamer for thin lines. */

import type Hls from "hls.js";

import { decodesCommon, decodesFree, playsWell } from "./capability";
import type { Island } from "./island";
import { lineIsThin, savesData } from "./line";
import { recall, remember } from "./memory";
import { canStreamThin, ThinStream } from "./thin";

/** "auto", "saver", "slides", "audio", or a picture height as "720". */
export type Mode = string;

const HLS_TYPE = "application/vnd.apple.mpegurl";
const REMEMBERED = "quality";
/** Longer waits than this in automatic mode mean that the line does not carry it. */
const PATIENCE_MS = 4000;
const RETRY_MS = 3000;

export interface SourceEvents {
  changed(mode: Mode): void;
  /** Nothing plays any more. */
  failed(): void;
  recovered(): void;
  /** The line proved thin: data saver took over by itself. */
  tooSlow(): void;
  unavailable(mode: Mode): void;
  /** This browser decodes none of it. */
  unplayable(): void;
}

export class Sources {
  mode: Mode = "auto";
  private hls: Hls | null = null;
  private thin: ThinStream | null = null;
  /** Our streamer could not play one: the others are asked from then on. */
  private thickOnly = false;
  /** Automatic means the thriftier codec: this device has said that it plays it well. */
  private thriftyCodec = false;
  private chosen = false;
  /** Only the free codecs of the thin renditions, or none at all, are decoded here. */
  private readonly uncommon: boolean;
  isUnplayable = false;
  private patience = 0;
  private turn = 0;
  /** The playlist that plays, or would; the page's <source> until something else is wanted. */
  private loaded: string;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly island: Island,
    private readonly offered: readonly Mode[],
    private readonly events: SourceEvents,
  ) {
    this.loaded = video.canPlayType(HLS_TYPE) ? island.sources.auto : "";
    this.uncommon = !decodesCommon(video, island.has_picture);
    if (this.uncommon && !this.hasFree()) {
      this.giveUp();
      return;
    }
    const kept = recall(REMEMBERED);
    this.chosen = kept !== null && offered.includes(kept);
    const first = this.chosen && kept ? kept : this.thrifty() ? "saver" : "auto";
    this.follow();
    void this.begin(this.uncommon ? "saver" : first);
  }

  /** The saver is there in free codecs as well, and our own streamer can play it. */
  private hasFree(): boolean {
    const { video, island } = this;
    return (
      Boolean(island.sources.saver) && canStreamThin() && decodesFree(video, island.has_picture)
    );
  }

  private giveUp(): void {
    this.isUnplayable = true;
    this.release();
    this.events.unplayable();
  }

  private follow(): void {
    const { video } = this;
    video.addEventListener("waiting", () => this.wait());
    video.addEventListener("play", () => this.wait());
    for (const name of ["playing", "pause", "seeking", "emptied"]) {
      video.addEventListener(name, () => window.clearTimeout(this.patience));
    }
    video.addEventListener("error", () => {
      if (!this.fallBack()) this.events.failed();
    });
    window.addEventListener("online", () => {
      if (video.error) this.reload();
    });
  }

  private async begin(first: Mode): Promise<void> {
    const { video, island } = this;
    const preload = savesData() ? "none" : "metadata";
    // Whoever plays or seeks before it is known what plays best, does so from here and is followed.
    if (island.resume_at_s > 0) video.currentTime = island.resume_at_s;
    if (first === "auto" && island.sources.av1 && island.av1) {
      const type = video.canPlayType(HLS_TYPE) ? "file" : "media-source";
      const plays = await playsWell(island.av1, type);
      // Whoever was quicker than the answer keeps what plays.
      this.thriftyCodec = plays && video.paused && this.turn === 0;
    }
    video.preload = preload;
    if (this.turn === 0) void this.use(first, video.currentTime);
  }

  /** On in the codec that every device plays; false if that is what plays already. */
  private fallBack(): boolean {
    const { sources } = this.island;
    if (!this.thriftyCodec || this.loaded !== sources.av1) return false;
    this.thriftyCodec = false;
    void this.use(this.mode, this.video.currentTime, true);
    return true;
  }

  /** Data saver by default, before the reader has ever chosen anything. */
  private thrifty(): boolean {
    return this.offered.includes("saver") && lineIsThin();
  }

  choose(mode: Mode): void {
    this.chosen = true;
    remember(REMEMBERED, mode);
    void this.use(mode, this.video.currentTime);
  }

  /** Begins anew where playing stopped. */
  reload(): void {
    void this.use(this.mode, this.video.currentTime, true);
  }

  private wait(): void {
    window.clearTimeout(this.patience);
    if (this.chosen || this.uncommon || this.mode !== "auto" || !this.island.sources.saver) return;
    this.patience = window.setTimeout(() => {
      if (this.video.paused || this.video.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) return;
      this.events.tooSlow();
      void this.use("saver", this.video.currentTime);
    }, PATIENCE_MS);
  }

  private address(mode: Mode): string {
    const { auto, av1, saver, audio } = this.island.sources;
    if (mode === "auto") return this.thriftyCodec && av1 ? av1 : auto;
    if (mode === "saver") return saver ?? auto;
    return mode === "slides" || mode === "audio" ? (audio ?? auto) : auto;
  }

  private async use(mode: Mode, at_s: number, again = false): Promise<void> {
    const turn = ++this.turn;
    const { video } = this;
    let plays = !video.paused && !video.ended;
    const address = this.address(mode);
    const fixed = /^\d+$/.test(mode);
    const thin = mode !== "auto" && address !== this.island.sources.auto;
    if (this.uncommon && (!thin || this.thickOnly || this.isUnplayable)) {
      // The others have no more decoders than our streamer.
      if (this.thickOnly || this.isUnplayable) this.giveUp();
      else this.events.unavailable(mode);
      return;
    }
    if (this.hls && !again && this.loaded === address) {
      this.mode = mode;
      this.pick(this.hls, mode);
    } else if (thin && canStreamThin() && !this.thickOnly) {
      this.mode = mode;
      if (again || this.loaded !== address) this.streamThin(mode, address, at_s);
    } else if (fixed || !video.canPlayType(HLS_TYPE)) {
      const { default: HlsPlayer } = await import("hls.js");
      if (turn !== this.turn) return;
      // Meanwhile the page's own source could be played, stopped and sought in.
      plays = !video.paused && !video.ended;
      if (!this.stream(HlsPlayer, mode, video.currentTime || at_s)) {
        // Without Media Source Extensions the MP4 <source> plays on.
        this.events.unavailable(mode);
        return;
      }
    } else {
      this.mode = mode;
      if (again || this.loaded !== address) {
        this.release();
        video.src = this.loaded = address;
        video.load();
      }
      if (at_s > 0 && Math.abs(video.currentTime - at_s) > 0.5) video.currentTime = at_s;
    }
    this.events.recovered();
    this.events.changed(mode);
    if (plays) video.play().catch(() => undefined);
  }

  private streamThin(mode: Mode, address: string, at_s: number): void {
    this.release();
    this.loaded = address;
    this.thin = new ThinStream(this.video, address, at_s, () => {
      this.thickOnly = true;
      void this.use(mode, this.video.currentTime || at_s, true);
    });
  }

  private release(): void {
    this.thin?.close();
    this.thin = null;
    this.hls?.destroy();
    this.hls = null;
  }

  private stream(HlsPlayer: typeof Hls, mode: Mode, at_s: number): boolean {
    if (!HlsPlayer.isSupported()) return false;
    this.release();
    // Segments are fragmented MP4 already, so there is no remuxing worth a worker (whose blob:
    // address the content security policy would refuse).
    const hls = new HlsPlayer({
      enableWorker: false,
      startPosition: at_s > 0 ? at_s : -1,
      autoStartLoad: false,
      capLevelToPlayerSize: true,
    });
    this.hls = hls;
    hls.on(HlsPlayer.Events.MANIFEST_PARSED, () => {
      this.pick(hls, this.mode);
      const begin = () => hls.startLoad(at_s > 0 ? at_s : -1);
      if (this.video.preload !== "none" || !this.video.paused) begin();
      else this.video.addEventListener("play", begin, { once: true });
    });
    hls.on(HlsPlayer.Events.ERROR, (_event, data) => {
      if (!data.fatal || this.hls !== hls) return;
      if (data.type === HlsPlayer.ErrorTypes.NETWORK_ERROR) {
        window.setTimeout(() => this.hls === hls && hls.startLoad(), RETRY_MS);
      } else if (this.fallBack()) {
        // It plays on in the other codec.
      } else if (data.type === HlsPlayer.ErrorTypes.MEDIA_ERROR) {
        hls.recoverMediaError();
      } else {
        this.release();
        this.events.failed();
      }
    });
    this.mode = mode;
    this.loaded = this.address(mode);
    hls.loadSource(this.loaded);
    hls.attachMedia(this.video);
    return true;
  }

  private pick(hls: Hls, mode: Mode): void {
    const level = hls.levels.findIndex(({ height }) => String(height) === mode);
    hls.autoLevelCapping = -1;
    hls.nextLevel = level;
    if (level >= 0) hls.startLevel = level;
  }
}
