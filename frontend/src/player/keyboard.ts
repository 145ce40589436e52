import { modified, shortcutsOn, typing } from "../shared/shortcuts";
import type { Player } from "./setup";

/* The keys people know from the large video sites. They act while focus is in the player, or on
   nothing at all, and can be turned off in the help dialog. */

export function keyboard(player: Player): void {
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
    m: () => player.mute(),
    f: () => player.fullscreen(),
    c: () => player.captions(),
    "<": () => player.speedBy(-1),
    ">": () => player.speedBy(1),
    Home: () => player.seekTo(0),
    End: () => player.seekTo(video.duration),
    "?": () => player.help(),
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const inside = target instanceof Node && root.contains(target);
    const onlyPlayer = document.querySelectorAll("[data-player]").length === 1;
    if (!inside && !(target === document.body && onlyPlayer)) return;
    if (modified(event) || typing(target)) return;
    const element = target instanceof Element ? target : null;
    if (element?.closest("dialog")) return;
    // Nothing focused: the space bar and arrows scroll the page, as everywhere.
    const scrolls = event.key === " " || event.key.startsWith("Arrow") || event.key.length > 1;
    if (!inside && scrolls) return;
    // A button keeps its space bar, a slider its arrows.
    if (element?.matches("button") && event.key === " ") return;
    if (element?.matches("input[type=range]") && event.key.length > 1) return;
    if (event.key.length === 1 && event.key !== " " && !shortcutsOn()) return;

    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const digit = /^[0-9]$/.test(key) ? Number(key) : -1;
    const action =
      digit >= 0 ? () => player.seekTo((video.duration || 0) * (digit / 10)) : actions[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
