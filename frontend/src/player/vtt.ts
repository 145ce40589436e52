/* As much of WebVTT as chapters and storyboards need; captions are read by the browser. */

export interface VttCue {
  start_s: number;
  end_s: number;
  text: string;
}

const TIMES = /((?:\d+:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d\.\d{3})/;

function seconds(stamp: string): number {
  return stamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

export function parseVtt(text: string): VttCue[] {
  const cues: VttCue[] = [];
  for (const block of text.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => line.includes("-->"));
    const times = TIMES.exec(lines[at] ?? "");
    if (!times) continue;
    cues.push({
      start_s: seconds(times[1] ?? ""),
      end_s: seconds(times[2] ?? ""),
      text: unescape(lines.slice(at + 1).join(" ").trim()),
    });
  }
  return cues.sort((a, b) => a.start_s - b.start_s);
}

function unescape(text: string): string {
  return text
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&nbsp;/g, "\u00a0")
    .replace(/&amp;/g, "&");
}

/** The last of sorted entries that begins at or before `at_s`; -1 before the first. */
export function indexAt(entries: readonly { start_s: number }[], at_s: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    // A seek to an entry's start lands a hair before it.
    if ((entries[middle]?.start_s ?? 0) <= at_s + 0.05) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export async function fetchVtt(url: string): Promise<VttCue[]> {
  if (!url) return [];
  try {
    const answer = await fetch(url, { credentials: "same-origin" });
    return answer.ok ? parseVtt(await answer.text()) : [];
  } catch {
    return [];
  }
}
