import type { Player } from "./playback";

/* The picture itself: a click plays or pauses, a double click fills the screen; on glass a double tap
   at either side jumps ten seconds. */

const DOUBLE_MS = 280;
const JUMP_S = 10;

export function attachGestures(player: Player): void {
  const { video } = player;
  let waiting = 0;
  video.addEventListener("click", (event) => {
    if ((event as PointerEvent).pointerType !== "touch") {
      player.toggle();
      return;
    }
    if (!waiting) {
      waiting = window.setTimeout(() => {
        waiting = 0;
        player.toggle();
      }, DOUBLE_MS);
      return;
    }
    window.clearTimeout(waiting);
    waiting = 0;
    const frame = video.getBoundingClientRect();
    const at = (event.clientX - frame.left) / frame.width;
    if (at < 0.4) player.seekBy(-JUMP_S);
    else if (at > 0.6) player.seekBy(JUMP_S);
    else player.fullscreen();
  });
  video.addEventListener("dblclick", (event) => {
    if (matchMedia("(pointer: fine)").matches) player.fullscreen();
    event.preventDefault();
  });
}
