import { clock, parseMoment } from "./clock";
import { attachBar } from "./bar";
import { attachBookmarks } from "./bookmarks";
import { attachCaptions } from "./captions";
import { attachChapters } from "./chapters";
import { attachGestures } from "./gestures";
import { fill, type Island } from "./island";
import { lineIsThin } from "./line";
import { attachKeyboard } from "./keyboard";
import { attachMenus } from "./menus";
import { attachOutputs } from "./outputs";
import { attachPanel } from "./panel";
import { Player } from "./playback";
import { attachRest } from "./rest";
import { attachSeek } from "./seek";
import { attachSlides } from "./slides";
import { Sources } from "./sources";
import { attachTranscript } from "./transcript";
import { attachWaveform } from "./waveform";
import { WatchRecord, type Watched } from "./watch";

/* Binds what the server rendered (components/player.html) to its <video>. All words come from there:
   labels as text and data-*, sentences with gaps in the JSON block. */

/** Nobody is taken back for so little, nor to the closing slide. */
const RESUME_AFTER_S = 5;
const RESUME_BEFORE_END_S = 10;

export function setUpPlayer(root: HTMLElement): void {
  const video = root.querySelector("video");
  const json = root.querySelector("script[type='application/json']")?.textContent;
  if (!video || !json) return;
  const island = JSON.parse(json) as Island;
  const player = new Player(root, video, island);
  const csrf = root.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";

  const watch = new WatchRecord(
    video,
    island.watch,
    csrf,
    island.viewer,
    showWatched,
    island.duration_s,
  );
  const start_s = startingPoint(player, watch.localPosition_s);

  attachMenus(player);
  const panel = attachPanel(player);
  const seek = attachSeek(player);
  attachWaveform(player);
  attachBar(player);
  const captions = attachCaptions(player);
  const slides = attachSlides(player, panel);
  const transcript = attachTranscript(player, panel, captions);
  attachChapters(player, panel, seek);
  const bookmarks = attachBookmarks(player, panel, seek, csrf);
  attachOutputs(player);
  attachGestures(player);
  attachKeyboard(player, { captions, panel, slides, transcript, bookmarks });
  attachRest(root, video, island.duration_s);
  panel.ready();
  attachQuality(player, start_s);

  video.controls = false;
  root.dataset["ready"] = "";
  player.sync();
}

function startingPoint(player: Player, local_s: number | null): number {
  const { island } = player;
  const asked_s = parseMoment(new URLSearchParams(location.search).get("t"));
  const first = document.querySelector("[data-player]") === player.root;
  if (asked_s !== null && first) return Math.min(asked_s, Math.max(0, island.duration_s - 1));
  const left_s = local_s ?? island.resume_at_s;
  const far = !island.duration_s || left_s < island.duration_s - RESUME_BEFORE_END_S;
  if (left_s <= RESUME_AFTER_S || !far) return 0;
  player.say(fill(island.words["resumed"], clock(left_s)));
  return left_s;
}

function attachQuality(player: Player, start_s: number): void {
  const { root, video, island } = player;
  const radios = [...root.querySelectorAll<HTMLInputElement>("[data-quality] input")];
  const failed = root.querySelector<HTMLElement>("[data-failed]");
  const label = root.querySelector<HTMLElement>("[data-quality-label]");
  const offered = ["auto", ...radios.map((radio) => radio.value)];
  const poster = thriftyPoster(player);
  const sources = new Sources(video, { ...island, resume_at_s: start_s }, offered, {
    changed(mode) {
      for (const radio of radios) {
        radio.checked = radio.value === mode;
        if (radio.checked && label) label.textContent = radio.dataset["short"] ?? "";
      }
      root.dataset["mode"] = mode;
      // The poster stands for the picture; slides and voice have slides instead.
      if (mode === "slides") video.removeAttribute("poster");
      else if (poster && video.poster !== poster && video.readyState) video.poster = poster;
      player.announceMode(mode);
    },
    failed() {
      if (failed) failed.hidden = false;
    },
    recovered() {
      if (failed) failed.hidden = true;
    },
    tooSlow() {
      player.say(island.words["slowLine"] ?? "");
    },
    unavailable() {
      player.say(island.words["noQuality"] ?? "");
      for (const radio of radios) radio.checked = radio.value === sources.mode;
    },
    unplayable() {
      const unplayable = root.querySelector<HTMLElement>("[data-unplayable]");
      if (unplayable) unplayable.hidden = false;
    },
  });
  for (const radio of radios) {
    radio.addEventListener("change", () => {
      sources.choose(radio.value);
      player.say(radio.dataset["name"] ?? "");
    });
  }
  video.querySelector("source:last-of-type")?.addEventListener("error", () => {
    const none = video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE;
    if (none && failed && !sources.isUnplayable) failed.hidden = false;
  });
  root.querySelector("[data-retry]")?.addEventListener("click", () => sources.reload());
}

/**
 * The poster's address. On a thin line it would hold up the lecture itself: it is let go, and the
 * smallest slide there is comes in its place when the first seconds are there.
 */
function thriftyPoster(player: Player): string {
  const { video, island } = player;
  const full = video.poster;
  if (!lineIsThin()) return full;
  video.removeAttribute("poster");
  const small = island.slides[0]?.images[0]?.url ?? "";
  player.whenCalm(() => {
    if (video.paused && small && player.root.dataset["mode"] !== "slides") video.poster = small;
  });
  return small;
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
