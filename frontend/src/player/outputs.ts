import { fill } from "./island";
import { lineIsThin } from "./line";
import type { Player } from "./playback";

/* Where else a lecture can play: a window above the others, a screen in the room; and the keys of
   telephones, headsets and keyboards. Buttons appear only where the browser can. */

interface WebKitVideo extends HTMLVideoElement {
  webkitShowPlaybackTargetPicker?: () => void;
}

export function attachOutputs(player: Player): void {
  attachPictureInPicture(player);
  attachRemote(player);
  attachMediaSession(player);
}

export function pictureInPicture({ video }: Player): void {
  if (document.pictureInPictureElement === video) void document.exitPictureInPicture();
  else video.requestPictureInPicture?.().catch(() => undefined);
}

function attachPictureInPicture(player: Player): void {
  const button = player.part("pip");
  if (!button || !document.pictureInPictureEnabled || !player.island.has_picture) return;
  button.hidden = false;
  button.addEventListener("click", () => pictureInPicture(player));
  // There is no picture to take out while slides stand in its place.
  player.onMode((mode) => {
    button.hidden = mode === "slides" || mode === "audio";
  });
}

function attachRemote(player: Player): void {
  const { video, island } = player;
  const button = player.part("cast");
  if (!button) return;
  const apple = video as WebKitVideo;
  if (apple.webkitShowPlaybackTargetPicker) {
    video.addEventListener("webkitplaybacktargetavailabilitychanged", (event) => {
      button.hidden = (event as Event & { availability?: string }).availability !== "available";
    });
    button.addEventListener("click", () => apple.webkitShowPlaybackTargetPicker?.());
  } else if ("remote" in video) {
    video.remote
      .watchAvailability((available) => {
        button.hidden = !available;
      })
      .catch(() => {
        // Watching is refused on small devices; the picker itself may still work.
        button.hidden = false;
      });
    button.addEventListener("click", () => video.remote.prompt().catch(() => undefined));
    video.remote.addEventListener("connect", () => player.say(fill(island.words["playingElsewhere"])));
  }
}

function attachMediaSession(player: Player): void {
  if (!("mediaSession" in navigator)) return;
  const { video, island } = player;
  const session = navigator.mediaSession;
  // The page may have several players: the one that plays has the keys.
  video.addEventListener("play", () => {
    session.metadata = new MediaMetadata({
      title: island.title,
      artist: island.speaker,
      artwork: island.poster && !lineIsThin() ? [{ src: island.poster }] : [],
    });
    const acts: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", () => void video.play()],
      ["pause", () => video.pause()],
      ["seekbackward", () => player.seekBy(-10)],
      ["seekforward", () => player.seekBy(10)],
      ["seekto", ({ seekTime }) => player.seekTo(seekTime ?? 0)],
    ];
    for (const [action, handler] of acts) {
      try {
        session.setActionHandler(action, handler);
      } catch {
        // An action this browser does not know.
      }
    }
  });
}
