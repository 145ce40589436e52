import { modified, shortcutsOn, typing } from "../shared/shortcuts";
import type { Bookmarks } from "./bookmarks";
import type { Captions } from "./captions";
import { pictureInPicture } from "./outputs";
import type { Panel } from "./panel";
import type { Player } from "./playback";
import type { Slides } from "./slides";
import type { Transcript } from "./transcript";

/* The keys people know from the large video sites. They act while focus is in the player, or on
   nothing at all, and can be turned off in the help dialog. */

export interface Parts {
  captions: Captions;
  panel: Panel;
  slides: Slides;
  transcript: Transcript;
  bookmarks: Bookmarks;
}

export function attachKeyboard(player: Player, parts: Parts): void {
  const { root, video } = player;
  const actions: Record<string, () => void> = {
    " ": () => player.toggle(),
    k: () => player.toggle(),
    j: () => player.seekBy(-10),
    l: () => player.seekBy(10),
    ArrowLeft: () => player.seekBy(-5),
    ArrowRight: () => player.seekBy(5),
    ArrowUp: () => player.volumeBy(0.05),
    ArrowDown: () => player.volumeBy(-0.05),
    ",": () => player.stepBy(-1),
    ".": () => player.stepBy(1),
    p: () => parts.slides.step(-1),
    n: () => parts.slides.step(1),
    m: () => player.mute(),
    f: () => player.fullscreen(),
    c: () => parts.captions.toggle(),
    t: () => parts.panel.toggle(),
    i: () => pictureInPicture(player),
    b: () => parts.bookmarks.add(),
    "/": () => parts.transcript.search(),
    "<": () => player.speedBy(-1),
    ">": () => player.speedBy(1),
    Home: () => player.seekTo(0),
    End: () => player.seekTo(player.duration_s),
    "?": () => player.help(),
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const inside = target instanceof Node && root.contains(target);
    const onlyPlayer = document.querySelectorAll("[data-player]").length === 1;
    if (!inside && !(target === document.body && onlyPlayer)) return;
    if (modified(event) || typing(target) || event.defaultPrevented) return;
    const element = target instanceof Element ? target : null;
    if (element?.closest("dialog, [data-menu-panel]")) return;
    // Nothing focused: the space bar and arrows scroll the page, as everywhere.
    if (!inside && (event.key === " " || event.key.length > 1)) return;
    // A button keeps its space bar, a slider its arrows.
    if (element?.matches("button, a") && event.key === " ") return;
    if (element?.matches("input[type=range]") && event.key.length > 1) return;
    if (event.key.length === 1 && event.key !== " " && !shortcutsOn()) return;

    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const digit = /^[0-9]$/.test(key) ? Number(key) : -1;
    const action =
      digit >= 0 ? () => player.seekTo((player.duration_s || 0) * (digit / 10)) : actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  // A click on the picture leaves focus there, so that the keys go on working.
  video.addEventListener("pointerup", () => video.focus({ preventScroll: true }));
}
