import type { Captions } from "./captions";
import { clock } from "./clock";
import { fill } from "./island";
import type { Panel } from "./panel";
import type { Player } from "./playback";
import { Roster } from "./roster";
import { indexAt } from "./vtt";

/* The captions as a text that follows, can be searched, and leads to the moment of each line. */

export interface Transcript {
  search(): void;
}

interface Line {
  start_s: number;
  text: string;
}

export function attachTranscript(player: Player, panel: Panel, captions: Captions): Transcript {
  const body = panel.body("transcript");
  const list = body?.querySelector<HTMLElement>("[data-lines]");
  const box = body?.querySelector<HTMLElement>("[data-scroll]");
  const field = body?.querySelector<HTMLInputElement>("[data-search]");
  const count = body?.querySelector<HTMLElement>("[data-count]");
  const choice = body?.querySelector<HTMLSelectElement>("[data-transcript-language]");
  const tracks = [...player.video.querySelectorAll("track")];
  if (!body || !list || !box || !tracks.length) return { search: () => undefined };

  const page = document.documentElement.lang.split("-")[0] ?? "";
  let language =
    captions.language || tracks.find((t) => t.srclang === page)?.srclang || tracks[0]?.srclang || "";
  let lines: Line[] = [];
  let drawn = "";

  const roster = new Roster(list, box, (index) => {
    const line = lines[index];
    if (line) player.seekTo(line.start_s, false);
  });
  const search = new Search(list, field ?? null, count ?? null, player);

  const load = () => {
    const element = tracks.find((track) => track.srclang === language);
    if (!element || !panel.isShown("transcript")) return;
    captions.keep(language);
    const draw = () => {
      const cues = element.track.cues;
      if (!cues?.length || drawn === language || element.srclang !== language) return;
      drawn = language;
      lines = [...cues].map((cue) => ({ start_s: cue.startTime, text: plain(cue as VTTCue) }));
      list.replaceChildren(...lines.map((line) => entry(line, language)));
      list.lang = language;
      roster.refresh();
      roster.mark(indexAt(lines, player.video.currentTime));
      search.refresh();
    };
    if (element.readyState === HTMLTrackElement.LOADED) draw();
    else element.addEventListener("load", draw, { once: true });
  };
  // The first showing may be the page's own; a reader's comes with a click or the keys.
  let asked = false;
  const ask = () => {
    asked = true;
    load();
  };
  for (const name of ["pointerdown", "focusin"]) body.addEventListener(name, ask, { once: true });
  player.whenCalm(ask);
  panel.onShow("transcript", () => {
    if (asked) load();
    roster.reveal();
  });
  captions.onChange(() => {
    if (captions.language) language = captions.language;
    if (choice) choice.value = language;
    load();
  });
  if (choice) {
    choice.value = language;
    choice.addEventListener("change", () => {
      language = choice.value;
      load();
    });
  }
  player.follow((at_s) => roster.mark(indexAt(lines, at_s)));
  return {
    search() {
      panel.show("transcript");
      field?.focus();
      field?.select();
    },
  };
}

/** The words of a caption without its markup. */
function plain(cue: VTTCue): string {
  return cue
    .getCueAsHTML()
    .textContent.replace(/\s+/g, " ")
    .trim();
}

function entry({ start_s, text }: Line, language: string): HTMLElement {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "player__line";
  const time = document.createElement("span");
  time.className = "player__stamp";
  time.textContent = clock(start_s);
  const words = document.createElement("span");
  words.dataset["words"] = "";
  words.lang = language;
  words.dir = "auto";
  words.textContent = text;
  button.append(time, words);
  item.append(button);
  return item;
}

/** Each character without case and accents, so that places in the folded text are those in the text. */
function fold(text: string): string {
  return [...text]
    .map((character) => {
      const bare = character.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      return bare.length === character.length ? bare : character.toLowerCase().slice(0, character.length);
    })
    .join("");
}

/** Shows only the lines with the words looked for, and marks these. Enter goes from one to the next. */
class Search {
  private found: HTMLElement[] = [];
  private at = -1;

  constructor(
    private readonly list: HTMLElement,
    private readonly field: HTMLInputElement | null,
    private readonly count: HTMLElement | null,
    private readonly player: Player,
  ) {
    field?.addEventListener("input", () => this.refresh());
    field?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.next(event.shiftKey ? -1 : 1);
      } else if (event.key === "Escape" && field.value) {
        event.preventDefault();
        event.stopPropagation();
        field.value = "";
        this.refresh();
      }
    });
  }

  refresh(): void {
    const wanted = fold(this.field?.value.trim().normalize("NFC") ?? "");
    this.found = [];
    this.at = -1;
    for (const item of this.list.children) {
      const words = item.querySelector<HTMLElement>("[data-words]");
      if (!words) continue;
      const text = words.textContent ?? "";
      const from = wanted ? fold(text).indexOf(wanted) : -1;
      (item as HTMLElement).hidden = Boolean(wanted) && from < 0;
      if (from < 0) {
        if (words.firstElementChild) words.textContent = text;
        continue;
      }
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, from + wanted.length);
      words.replaceChildren(text.slice(0, from), mark, text.slice(from + wanted.length));
      this.found.push(item as HTMLElement);
    }
    this.tell(wanted);
  }

  private next(step: number): void {
    if (!this.found.length) return;
    this.at = (this.at + step + this.found.length) % this.found.length;
    this.found[this.at]?.querySelector("button")?.click();
    this.found[this.at]?.scrollIntoView({ block: "nearest" });
    this.tell("x");
  }

  private tell(wanted: string): void {
    if (!this.count) return;
    const { words } = this.player.island;
    if (!wanted) this.count.textContent = "";
    else if (!this.found.length) this.count.textContent = words["noMatches"] ?? "";
    else if (this.at < 0) this.count.textContent = String(this.found.length);
    else this.count.textContent = fill(words["matches"], String(this.at + 1), String(this.found.length));
  }
}
