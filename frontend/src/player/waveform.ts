import { lineIsThin } from "./line";
import type { Player } from "./playback";

/* The shape of the sound under the seek bar: where somebody speaks, and where nobody does. For the eye
   alone, drawn once, and not fetched where data is to be saved. */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 100;
/** Per cents of the loudest below which a passage counts as quiet, and how long it lasts at least. */
const QUIET_PEAK = 6;
const QUIET_S = 2;
const THRIFTY = ["saver", "slides", "audio"];

export function attachWaveform(player: Player): void {
  const { island, root } = player;
  const row = player.part("seek-row");
  if (!island.waveform || !row) return;
  let asked = false;
  const ask = async () => {
    if (asked || lineIsThin() || THRIFTY.includes(root.dataset["mode"] ?? "")) return;
    asked = true;
    try {
      const answer = await fetch(island.waveform, { credentials: "same-origin" });
      const told = (await answer.json()) as { duration_s: number; peaks: number[] };
      if (answer.ok && told.peaks.length) row.prepend(drawing(told.peaks, told.duration_s));
    } catch {
      // Without it the bar is as good as before.
    }
  };
  player.onMode(() => void ask());
}

function drawing(peaks: number[], duration_s: number): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "player__wave");
  svg.setAttribute("viewBox", `0 0 ${peaks.length} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const [from, to] of quietPassages(peaks, duration_s)) {
    const quiet = document.createElementNS(SVG, "rect");
    quiet.setAttribute("class", "player__quiet");
    quiet.setAttribute("x", String(from));
    quiet.setAttribute("width", String(to - from));
    quiet.setAttribute("height", String(HEIGHT));
    svg.append(quiet);
  }
  const shape = document.createElementNS(SVG, "path");
  // Square roots, so that a quiet voice is still seen beside a cough.
  const points = peaks.map((peak, index) => `V${Math.round(HEIGHT * Math.sqrt(peak / 100))}H${index + 1}`);
  shape.setAttribute("d", `M0 0${points.join("")}V0Z`);
  svg.append(shape);
  return svg;
}

/** Stretches in which nobody speaks, as places among the peaks. */
export function quietPassages(peaks: number[], duration_s: number): [from: number, to: number][] {
  const least = Math.max(1, Math.ceil((QUIET_S * peaks.length) / Math.max(1, duration_s)));
  const found: [number, number][] = [];
  let from = 0;
  for (let index = 0; index <= peaks.length; index += 1) {
    if ((peaks[index] ?? HEIGHT) < QUIET_PEAK) continue;
    if (index - from >= least) found.push([from, index]);
    from = index + 1;
  }
  return found;
}
