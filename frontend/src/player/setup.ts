import { bindShortcutSwitch } from "../shared/shortcuts";
import { clock } from "./clock";
import { keyboard } from "./keyboard";
import { attach } from "./source";
import { WatchRecord, type Watched } from "./watch";

/* Binds the control bar that the server rendered (components/player.html) to its <video>. All words
   come from that template: labels as text, changing ones as data-* attributes, sentences with
   numbers as a JSON block. */

export type Strings = Record<string, string>;

export interface Player {
  root: HTMLElement;
  video: HTMLVideoElement;
  say(sentence: string): void;
  strings: Strings;
  toggle(): void;
  seekBy(delta_s: number): void;
  seekTo(position_s: number): void;
  volumeBy(delta: number): void;
  mute(): void;
  fullscreen(): void;
  captions(): void;
  speedBy(steps: number): void;
  help(): void;
}

function fill(sentence: string | undefined, value: string): string {
  return (sentence ?? "{}").replace("{}", value);
}

export function setUpPlayer(root: HTMLElement): void {
  const video = root.querySelector("video");
  const bar = root.querySelector<HTMLElement>("[data-controls]");
  if (!video || !bar) return;
  const part = <T extends HTMLElement>(name: string): T | null =>
    root.querySelector<T>(`[data-${name}]`);
  const strings = JSON.parse(root.querySelector("script[type='application/json']")?.textContent ?? "{}") as Strings;
  const knownDuration_s = Number(root.dataset["duration"] ?? 0);
  const duration_s = () => (Number.isFinite(video.duration) ? video.duration : knownDuration_s);

  const playButton = part<HTMLButtonElement>("play");
  const muteButton = part<HTMLButtonElement>("mute");
  const seek = part<HTMLInputElement>("seek");
  const volume = part<HTMLInputElement>("volume");
  const speed = part<HTMLSelectElement>("speed");
  const quality = part<HTMLSelectElement>("quality");
  const captions = part<HTMLSelectElement>("captions");
  const time = part("time");
  const full = part<HTMLButtonElement>("fullscreen");
  const notice = part("notice");
  const helpDialog = part<HTMLDialogElement>("help-dialog");

  let fade = 0;
  const player: Player = {
    root,
    video,
    strings,
    say(sentence) {
      if (!notice) return;
      notice.textContent = sentence;
      notice.classList.add("is-shown");
      window.clearTimeout(fade);
      fade = window.setTimeout(() => notice.classList.remove("is-shown"), 1800);
    },
    toggle() {
      if (video.paused) video.play().catch(() => undefined);
      else video.pause();
    },
    seekTo(position_s) {
      video.currentTime = Math.min(Math.max(0, position_s), duration_s() || position_s);
      player.say(clock(video.currentTime));
    },
    seekBy(delta_s) {
      player.seekTo(video.currentTime + delta_s);
    },
    volumeBy(delta) {
      video.muted = false;
      video.volume = Math.min(1, Math.max(0, video.volume + delta));
      player.say(fill(strings["volume"], percent(video.volume)));
    },
    mute() {
      video.muted = !video.muted;
    },
    fullscreen() {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (root.requestFullscreen) void root.requestFullscreen();
      // iPhones let only the video itself go full screen.
      else (video as unknown as { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.();
    },
    captions() {
      if (!captions) return;
      captions.value = captions.value === "-1" ? lastTrack : "-1";
      showTrack();
      player.say(captions.selectedOptions[0]?.textContent ?? "");
    },
    speedBy(steps) {
      if (!speed) return;
      const index = Math.min(speed.options.length - 1, Math.max(0, speed.selectedIndex + steps));
      speed.selectedIndex = index;
      video.playbackRate = Number(speed.value);
      player.say(speed.selectedOptions[0]?.textContent ?? "");
    },
    help() {
      helpDialog?.showModal();
    },
  };

  function percent(share: number): string {
    return new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share);
  }

  function label(button: HTMLElement | null, state: string): void {
    if (!button) return;
    button.dataset["state"] = state;
    button.setAttribute("aria-label", button.dataset[`label${state}`] ?? "");
    button.title = button.dataset[`label${state}`] ?? "";
  }

  // Playing and time
  const syncPlay = () => label(playButton, video.ended ? "Replay" : video.paused ? "Play" : "Pause");
  let dragging = false;
  const syncTime = () => {
    const whole_s = duration_s();
    const at_s = dragging && seek ? Number(seek.value) : video.currentTime;
    if (time) time.textContent = `${clock(at_s)} / ${clock(whole_s)}`;
    if (!seek) return;
    seek.max = String(whole_s || 1);
    if (!dragging) seek.value = String(at_s);
    seek.setAttribute(
      "aria-valuetext",
      (strings["position"] ?? "{} / {}").replace("{}", clock(at_s)).replace("{}", clock(whole_s)),
    );
    seek.style.setProperty("--played", `${whole_s ? (at_s / whole_s) * 100 : 0}%`);
    const { buffered } = video;
    let end_s = 0;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= at_s + 0.5) end_s = Math.max(end_s, buffered.end(i));
    }
    seek.style.setProperty("--buffered", `${whole_s ? (end_s / whole_s) * 100 : 0}%`);
  };
  for (const name of ["play", "pause", "ended", "emptied"]) video.addEventListener(name, syncPlay);
  for (const name of ["timeupdate", "durationchange", "progress", "seeked", "loadedmetadata"]) {
    video.addEventListener(name, syncTime);
  }
  playButton?.addEventListener("click", () => player.toggle());
  video.addEventListener("click", () => player.toggle());
  video.addEventListener("dblclick", () => player.fullscreen());
  seek?.addEventListener("input", () => {
    dragging = true;
    syncTime();
  });
  seek?.addEventListener("change", () => {
    dragging = false;
    video.currentTime = Number(seek.value);
  });

  // Sound
  const syncSound = () => {
    label(muteButton, video.muted || video.volume === 0 ? "Unmute" : "Mute");
    if (!volume) return;
    const level = video.muted ? 0 : video.volume;
    volume.value = String(level);
    volume.setAttribute("aria-valuetext", percent(level));
    volume.style.setProperty("--played", `${level * 100}%`);
  };
  video.addEventListener("volumechange", syncSound);
  muteButton?.addEventListener("click", () => player.mute());
  volume?.addEventListener("input", () => {
    video.muted = false;
    video.volume = Number(volume.value);
  });

  // Speed, captions, quality, full screen, help
  speed?.addEventListener("change", () => {
    video.playbackRate = Number(speed.value);
  });
  let lastTrack = "0";
  const showTrack = () => {
    const chosen = Number(captions?.value ?? -1);
    if (chosen >= 0) lastTrack = String(chosen);
    [...video.textTracks].forEach((track, index) => {
      track.mode = index === chosen ? "showing" : "disabled";
    });
  };
  if (captions) {
    captions.addEventListener("change", showTrack);
    showTrack();
  }
  full?.addEventListener("click", () => player.fullscreen());
  document.addEventListener("fullscreenchange", () =>
    label(full, document.fullscreenElement === root ? "Leave" : "Enter"),
  );
  part("help")?.addEventListener("click", () => player.help());
  part("help-close")?.addEventListener("click", () => helpDialog?.close());
  const shortcutSwitch = root.querySelector<HTMLInputElement>("[data-shortcut-switch]");
  if (shortcutSwitch) bindShortcutSwitch(shortcutSwitch);

  // Waiting and failure
  const wait = (on: boolean) => root.toggleAttribute("data-waiting", on);
  video.addEventListener("waiting", () => wait(true));
  for (const name of ["playing", "canplay", "pause", "ended"]) {
    video.addEventListener(name, () => wait(false));
  }
  const failed = part("failed");
  const fail = () => {
    if (failed && (video.error || video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE)) {
      failed.hidden = false;
    }
  };
  video.addEventListener("error", fail);
  video.querySelector("source:last-of-type")?.addEventListener("error", fail);

  // What was watched, and where one left off
  const watch = new WatchRecord(
    video,
    root.dataset["watchUrl"] ?? "",
    root.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "",
    showWatched,
    knownDuration_s,
  );
  const resume_s = watch.localPosition_s ?? Number(root.dataset["resumeAt"] ?? 0);
  if (resume_s > 5 && (!knownDuration_s || resume_s < knownDuration_s - 10)) {
    const goTo = () => {
      video.currentTime = resume_s;
      player.say(fill(strings["resumed"], clock(resume_s)));
    };
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) goTo();
    else video.addEventListener("loadedmetadata", goTo, { once: true });
  }

  void attach(video, (streaming) => {
    if (!quality || streaming.qualities.length < 2) return;
    for (const { index, height, kbps } of streaming.qualities) {
      quality.add(new Option(`${height}p · ${Math.round(kbps)} kbit/s`, String(index)));
    }
    quality.closest<HTMLElement>("[data-quality-field]")?.removeAttribute("hidden");
    quality.addEventListener("change", () => streaming.choose(Number(quality.value)));
  });

  keyboard(player);
  video.controls = false;
  root.dataset["ready"] = "";
  syncPlay();
  syncTime();
  syncSound();
}

function showWatched(watched: Watched): void {
  const share = Math.min(1, Math.max(0, watched.watched_share));
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  for (const place of document.querySelectorAll<HTMLElement>("[data-watch-progress]")) {
    if (place instanceof HTMLProgressElement) place.value = share * place.max;
    else place.textContent = words.format(share);
  }
  for (const place of document.querySelectorAll<HTMLElement>("[data-watch-done]")) {
    place.hidden = !watched.done;
  }
  document.dispatchEvent(new CustomEvent("viewbox:watched", { detail: watched }));
}
