import { clock } from "./clock";
import { fill } from "./island";
import { savesData } from "./line";
import type { Player } from "./playback";
import { fetchVtt, indexAt, type VttCue } from "./vtt";

/* The seek bar: a native slider over a track with chapters and bookmarks, and a preview of the moment
   under the pointer from the storyboard, or from the slides. Time runs left to right in every script. */

export interface Seek {
  setChapters(chapters: VttCue[]): void;
  setMarks(seconds: number[]): void;
}

export function attachSeek(player: Player): Seek {
  const { video, island } = player;
  const slider = player.part<HTMLInputElement>("seek");
  const row = player.part("seek-row");
  const ticks = player.part("ticks");
  const preview = new Preview(player);
  let dragging = false;
  let marks: number[] = [];
  let chapters: VttCue[] = [];

  const share = (at_s: number) => `${player.duration_s ? (at_s / player.duration_s) * 100 : 0}%`;

  player.follow((now_s) => {
    if (!slider) return;
    const whole_s = player.duration_s;
    const at_s = dragging ? Number(slider.value) : now_s;
    slider.max = String(whole_s || 1);
    if (!dragging) slider.value = String(at_s);
    const words = fill(island.words["position"], clock(at_s), clock(whole_s));
    const chapter = chapters[indexAt(chapters, at_s)]?.text;
    slider.setAttribute("aria-valuetext", chapter ? `${words}, ${chapter}` : words);
    row?.style.setProperty("--played", share(at_s));
  });
  const syncBuffer = () => {
    const { buffered, currentTime } = video;
    let end_s = 0;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= currentTime + 0.5) end_s = Math.max(end_s, buffered.end(i));
    }
    row?.style.setProperty("--buffered", share(end_s));
  };
  for (const name of ["progress", "seeked", "emptied"]) video.addEventListener(name, syncBuffer);

  slider?.addEventListener("input", () => {
    dragging = true;
    player.sync();
    preview.show(Number(slider.value));
  });
  slider?.addEventListener("change", () => {
    dragging = false;
    player.seekTo(Number(slider.value), false);
    preview.hide();
  });
  row?.addEventListener("pointermove", (event) => {
    const frame = row.getBoundingClientRect();
    const at = Math.min(1, Math.max(0, (event.clientX - frame.left) / frame.width));
    if (event.pointerType === "mouse" || dragging) preview.show(at * player.duration_s);
  });
  row?.addEventListener("pointerleave", () => preview.hide());

  const draw = () => {
    if (!ticks) return;
    const tick = (kind: string, at_s: number) => {
      const element = document.createElement("span");
      element.className = `player__tick player__tick--${kind}`;
      element.style.left = share(at_s);
      return element;
    };
    ticks.replaceChildren(
      ...chapters.filter(({ start_s }) => start_s > 1).map((c) => tick("chapter", c.start_s)),
      ...marks.map((at_s) => tick("mark", at_s)),
    );
  };
  video.addEventListener("durationchange", draw);
  return {
    setChapters(found) {
      chapters = found;
      preview.chapters = found;
      draw();
      player.sync();
    },
    setMarks(seconds) {
      marks = seconds;
      draw();
    },
  };
}

class Preview {
  chapters: VttCue[] = [];
  private sheet: VttCue[] | null = null;
  private shownAt_s: number | null = null;
  private readonly box: HTMLElement | null;
  private readonly picture: HTMLElement | null;
  private readonly time: HTMLElement | null;
  private readonly title: HTMLElement | null;

  constructor(private readonly player: Player) {
    this.box = player.part("preview");
    this.picture = player.part("preview-picture");
    this.time = player.part("preview-time");
    this.title = player.part("preview-title");
  }

  show(at_s: number): void {
    const { box } = this;
    if (!box || !this.player.duration_s) return;
    this.shownAt_s = at_s;
    box.hidden = false;
    if (this.time) this.time.textContent = clock(at_s);
    if (this.title) this.title.textContent = this.chapters[indexAt(this.chapters, at_s)]?.text ?? "";
    void this.load().then(() => this.shownAt_s !== null && this.paint(this.shownAt_s));
    this.paint(at_s);
    const row = box.parentElement;
    if (!row) return;
    const middle = (at_s / this.player.duration_s) * row.clientWidth;
    const half = box.offsetWidth / 2;
    box.style.left = `${Math.min(row.clientWidth - half, Math.max(half, middle))}px`;
  }

  hide(): void {
    this.shownAt_s = null;
    if (this.box) this.box.hidden = true;
  }

  /** The storyboard is fetched when somebody first points at the bar, never on a saver's line. */
  private async load(): Promise<void> {
    if (this.sheet) return;
    this.sheet = [];
    const { storyboard } = this.player.island;
    if (storyboard && !savesData()) this.sheet = await fetchVtt(storyboard);
  }

  private paint(at_s: number): void {
    const { picture } = this;
    if (!picture) return;
    const cue = this.sheet?.[indexAt(this.sheet, at_s)];
    const part = /^(.*)#xywh=(\d+),(\d+),(\d+),(\d+)$/.exec(cue?.text ?? "");
    if (part) {
      const url = new URL(part[1] ?? "", new URL(this.player.island.storyboard, location.href));
      picture.hidden = false;
      picture.style.width = `${part[4]}px`;
      picture.style.height = `${part[5]}px`;
      picture.style.backgroundSize = "auto";
      picture.style.backgroundImage = `url("${url.href}")`;
      picture.style.backgroundPosition = `-${part[2]}px -${part[3]}px`;
      return;
    }
    const { slides } = this.player.island;
    const image = slides[indexAt(slides, at_s)]?.images[0];
    picture.hidden = !image || savesData();
    if (!image) return;
    picture.style.width = "160px";
    picture.style.height = `${(160 * image.height) / image.width}px`;
    picture.style.backgroundSize = "contain";
    picture.style.backgroundPosition = "0 0";
    picture.style.backgroundImage = `url("${image.url}")`;
  }
}
