import { bindShortcutSwitch } from "../shared/shortcuts";
import { clock } from "./clock";
import { fill } from "./island";
import type { Player } from "./playback";

/* Buttons of the bar: play, sound, time, speed, full screen, help. */

export function attachBar(player: Player): void {
  bindPlay(player);
  bindSound(player);
  bindSpeed(player);
  bindFullscreen(player);
  bindHelp(player);
  bindWaiting(player);
  bindLink(player);
  const time = player.part("time");
  player.follow((at_s) => {
    if (time) time.textContent = `${clock(at_s)} / ${clock(player.duration_s)}`;
  });
}

/** Gives a two-faced button the face `state`: its icon and its name. */
function label(button: HTMLElement | null, state: string): void {
  if (!button) return;
  button.dataset["state"] = state;
  button.setAttribute("aria-label", button.dataset[`label${state}`] ?? "");
  button.title = button.dataset[`label${state}`] ?? "";
}

function bindPlay(player: Player): void {
  const { video } = player;
  const button = player.part("play");
  const start = player.part("start");
  const sync = () => {
    label(button, video.ended ? "Replay" : video.paused ? "Play" : "Pause");
    player.root.toggleAttribute("data-playing", !video.paused && !video.ended);
  };
  for (const name of ["play", "pause", "ended", "emptied"]) video.addEventListener(name, sync);
  button?.addEventListener("click", () => player.toggle());
  start?.addEventListener("click", () => {
    player.toggle();
    button?.focus();
  });
  video.addEventListener("play", () => player.root.setAttribute("data-begun", ""));
  player.part("back")?.addEventListener("click", () => player.seekBy(-10));
  player.part("on")?.addEventListener("click", () => player.seekBy(10));
  sync();
}

function bindSound(player: Player): void {
  const { video } = player;
  const button = player.part("mute");
  const slider = player.part<HTMLInputElement>("volume");
  const sync = () => {
    label(button, video.muted || video.volume === 0 ? "Unmute" : "Mute");
    if (!slider) return;
    const level = video.muted ? 0 : video.volume;
    slider.value = String(level);
    slider.setAttribute("aria-valuetext", player.percent(level));
    slider.style.setProperty("--played", `${level * 100}%`);
  };
  video.addEventListener("volumechange", sync);
  button?.addEventListener("click", () => player.mute());
  slider?.addEventListener("input", () => {
    video.muted = false;
    video.volume = Number(slider.value);
  });
  sync();
}

function bindSpeed(player: Player): void {
  const { root, video } = player;
  const radios = [...root.querySelectorAll<HTMLInputElement>("[data-speed] input")];
  const words = player.part("speed-label");
  const sync = () => {
    for (const radio of radios) radio.checked = Number(radio.value) === video.playbackRate;
    if (words) words.textContent = `${video.playbackRate}×`;
  };
  for (const radio of radios) {
    radio.addEventListener("change", () => player.chooseRate(Number(radio.value)));
  }
  video.addEventListener("ratechange", sync);
  sync();
}

/** After so long without a touch the bar leaves the picture alone, in full screen. */
const IDLE_MS = 3000;

function bindFullscreen(player: Player): void {
  const { root, video } = player;
  const button = player.part("fullscreen");
  button?.addEventListener("click", () => player.fullscreen());
  document.addEventListener("fullscreenchange", () =>
    label(button, document.fullscreenElement === root ? "Leave" : "Enter"),
  );
  let idle = 0;
  const wake = () => {
    root.removeAttribute("data-idle");
    window.clearTimeout(idle);
    idle = window.setTimeout(() => {
      const busy = root.querySelector("[aria-expanded='true'][data-menu]");
      if (!video.paused && !busy) root.setAttribute("data-idle", "");
    }, IDLE_MS);
  };
  for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) {
    root.addEventListener(name, wake);
  }
  video.addEventListener("pause", wake);
}

function bindHelp(player: Player): void {
  const dialog = player.part<HTMLDialogElement>("help-dialog");
  const title = dialog?.querySelector("h2");
  if (!dialog || !title) return;
  title.id = `player-help-${[...document.querySelectorAll("[data-player]")].indexOf(player.root)}`;
  dialog.setAttribute("aria-labelledby", title.id);
  player.part("help")?.addEventListener("click", () => player.help());
  player.part("help-close")?.addEventListener("click", () => dialog.close());
  const shortcuts = player.part<HTMLInputElement>("shortcut-switch");
  if (shortcuts) bindShortcutSwitch(shortcuts);
}

function bindWaiting(player: Player): void {
  const { root, video } = player;
  const wait = (on: boolean) => root.toggleAttribute("data-waiting", on);
  video.addEventListener("waiting", () => wait(true));
  video.addEventListener("play", () => {
    if (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) wait(true);
  });
  for (const name of ["playing", "canplay", "pause", "ended", "error"]) {
    video.addEventListener(name, () => wait(false));
  }
}

function bindLink(player: Player): void {
  player.part("link")?.addEventListener("click", () => {
    const at_s = Math.floor(player.video.currentTime);
    const address = new URL(location.href);
    address.search = at_s ? `?t=${at_s}` : "";
    address.hash = "";
    navigator.clipboard
      ?.writeText(address.href)
      .then(() => player.say(fill(player.island.words["linkCopied"], clock(at_s))))
      // Without the right to the clipboard: the reader copies by hand.
      .catch(() => window.prompt("", address.href));
  });
}
