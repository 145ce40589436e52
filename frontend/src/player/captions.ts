import { recall, remember } from "./memory";
import type { Player } from "./playback";

/* Captions on the picture. The choice, a language or none, is remembered on this device. */

const CHOICE = "captions";
const OFF = "off";

export interface Captions {
  toggle(): void;
  /** The language on the picture; empty when captions are off. */
  readonly language: string;
  onChange(act: () => void): void;
  /** Keeps a language's text loaded without showing it, for the transcript. */
  keep(language: string): void;
}

export function attachCaptions(player: Player): Captions {
  const { root, video, island } = player;
  const radios = [...root.querySelectorAll<HTMLInputElement>("[data-captions] input")];
  const button = player.part("captions-button");
  const acts: (() => void)[] = [];
  const tracks = () => [...video.querySelectorAll("track")];
  const languages = radios.map((radio) => radio.value).filter((value) => value !== OFF);
  const preset = radios.find((radio) => radio.defaultChecked)?.value ?? OFF;
  const kept = recall(CHOICE);
  let chosen = kept === OFF || (kept && languages.includes(kept)) ? kept : preset;
  const page = document.documentElement.lang.split("-")[0] ?? "";
  const nearest = languages.includes(page) ? page : (languages[0] ?? OFF);
  let last = chosen === OFF ? nearest : chosen;
  let inBackground = "";

  const apply = () => {
    for (const track of tracks()) {
      const mode =
        track.srclang === chosen
          ? "showing"
          : track.srclang === inBackground
            ? "hidden"
            : "disabled";
      if (track.track.mode !== mode) track.track.mode = mode;
    }
    for (const radio of radios) radio.checked = radio.value === chosen;
    button?.toggleAttribute("data-lit", chosen !== OFF);
  };
  const choose = (value: string) => {
    chosen = value;
    if (value !== OFF) last = value;
    remember(CHOICE, value);
    apply();
    const radio = radios.find((found) => found.value === value);
    player.say(value === OFF ? (island.words["captionsOff"] ?? "") : (radio?.dataset["name"] ?? ""));
    for (const act of acts) act();
  };
  for (const radio of radios) radio.addEventListener("change", () => choose(radio.value));
  // Loading another source lets the browser choose tracks by its own lights.
  for (const name of ["loadedmetadata", "emptied"]) video.addEventListener(name, apply);
  apply();
  return {
    toggle() {
      if (languages.length) choose(chosen === OFF ? last : OFF);
    },
    get language() {
      return chosen === OFF ? "" : chosen;
    },
    onChange(act) {
      acts.push(act);
    },
    keep(language) {
      inBackground = language;
      apply();
    },
  };
}
