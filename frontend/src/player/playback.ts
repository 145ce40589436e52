import { clock } from "./clock";
import { fill, type Island } from "./island";
import { lineIsThin } from "./line";
import { recall, remember } from "./memory";

/* One player: its element, its video, and the acts that buttons, keys and gestures share. */

const SPEED = "speed";
const FRAME_S = 1 / 25;

type Follower = (at_s: number) => void;

export class Player {
  private fade = 0;
  private readonly followers: Follower[] = [];
  private readonly modes: ((mode: string) => void)[] = [];

  constructor(
    readonly root: HTMLElement,
    readonly video: HTMLVideoElement,
    readonly island: Island,
  ) {
    for (const name of ["timeupdate", "seeked", "seeking", "loadedmetadata", "durationchange"]) {
      video.addEventListener(name, () => this.sync());
    }
    this.setRate(Number(recall(SPEED) ?? 1) || 1);
  }

  part<T extends HTMLElement>(name: string): T | null {
    return this.root.querySelector<T>(`[data-${name}]`);
  }

  get duration_s(): number {
    const { duration } = this.video;
    return Number.isFinite(duration) && duration > 0 ? duration : this.island.duration_s;
  }

  /** Calls `follower` with the playhead's second, now and whenever it has moved. */
  follow(follower: Follower): void {
    this.followers.push(follower);
  }

  onMode(follower: (mode: string) => void): void {
    this.modes.push(follower);
  }

  announceMode(mode: string): void {
    for (const follower of this.modes) follower(mode);
    this.sync();
  }

  sync(): void {
    for (const follower of this.followers) follower(this.video.currentTime);
  }

  /**
   * Calls `act` when fetching something on the side takes nothing from the picture: at once, or on a
   * thin line when the first seconds are there.
   */
  whenCalm(act: () => void): void {
    const { video } = this;
    if (!lineIsThin() || video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) act();
    else video.addEventListener("canplay", act, { once: true });
  }

  /** Shows a sentence over the picture and tells it to screen readers. */
  say(sentence: string): void {
    const notice = this.part("notice");
    if (!notice || !sentence) return;
    notice.textContent = sentence;
    notice.classList.add("is-shown");
    window.clearTimeout(this.fade);
    this.fade = window.setTimeout(() => notice.classList.remove("is-shown"), 1800);
  }

  percent(share: number): string {
    return new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share);
  }

  toggle(): void {
    if (this.video.paused) this.video.play().catch(() => undefined);
    else this.video.pause();
  }

  seekTo(position_s: number, aloud = true): void {
    const last_s = this.duration_s || position_s;
    this.video.currentTime = Math.min(Math.max(0, position_s), last_s);
    this.sync();
    if (aloud) this.say(clock(this.video.currentTime));
  }

  seekBy(delta_s: number): void {
    this.seekTo(this.video.currentTime + delta_s);
  }

  /** One picture on or back, for stacks that are scrolled. */
  stepBy(frames: number): void {
    this.video.pause();
    this.seekTo(this.video.currentTime + frames * FRAME_S, false);
  }

  volumeBy(delta: number): void {
    const { video } = this;
    video.muted = false;
    video.volume = Math.min(1, Math.max(0, video.volume + delta));
    this.say(fill(this.island.words["volume"], this.percent(video.volume)));
  }

  mute(): void {
    this.video.muted = !this.video.muted;
  }

  /** Speed with the voice's pitch kept; remembered on this device. */
  setRate(rate: number): void {
    const { video } = this;
    video.preservesPitch = true;
    // Loading another source goes back to the default rate.
    video.defaultPlaybackRate = rate;
    video.playbackRate = rate;
  }

  chooseRate(rate: number): void {
    this.setRate(rate);
    remember(SPEED, String(rate));
    this.say(fill(this.island.words["speed"], `${rate}×`));
  }

  speedBy(steps: number): void {
    const radios = [...this.root.querySelectorAll<HTMLInputElement>("[data-speed] input")];
    const rates = radios.map((radio) => Number(radio.value));
    const now = rates.indexOf(this.video.playbackRate);
    const next = rates[Math.min(rates.length - 1, Math.max(0, now + steps))];
    if (next !== undefined) this.chooseRate(next);
  }

  fullscreen(): void {
    const { root, video } = this;
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (root.requestFullscreen) root.requestFullscreen().catch(() => undefined);
    else {
      // iPhones let only the video itself go full screen.
      (video as unknown as { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.();
    }
  }

  help(): void {
    this.part<HTMLDialogElement>("help-dialog")?.showModal();
  }
}
