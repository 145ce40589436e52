/* The rest of a lecture whose beginning plays while it is made: looked for once that has ended. */

const EVERY_MS = 15_000;

/** Seconds that a page offers of the lecture in its `number`th player; 0 where it says nothing. */
export function offered_s(page: string, number: number): number {
  const players = new DOMParser().parseFromString(page, "text/html");
  const root = players.querySelectorAll("[data-player]")[number];
  const json = root?.querySelector("script[type='application/json']")?.textContent;
  return json ? ((JSON.parse(json) as { duration_s?: number }).duration_s ?? 0) : 0;
}

/** Calls `found` when `look` tells of more than `playing_s`; looks from the end of the video on. */
export function awaitRest(
  video: EventTarget,
  playing_s: number,
  look: () => Promise<number>,
  found: () => void,
): void {
  const ask = async (): Promise<void> => {
    // A line that is down may be up again the next time.
    const more = (await look().catch(() => 0)) > playing_s;
    if (more) found();
    else window.setTimeout(() => void ask(), EVERY_MS);
  };
  video.addEventListener("ended", () => void ask(), { once: true });
}

/** Offers to go on where the page has a place for that: its lecture plays a beginning. */
export function attachRest(root: HTMLElement, video: HTMLVideoElement, playing_s: number): void {
  const toCome = root.querySelector<HTMLElement>("[data-to-come]");
  const more = root.querySelector<HTMLElement>("[data-more]");
  if (!toCome || !more) return;
  const number = [...document.querySelectorAll("[data-player]")].indexOf(root);
  const look = async (): Promise<number> => {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    return answer.ok ? offered_s(await answer.text(), number) : 0;
  };
  awaitRest(video, playing_s, look, () => {
    toCome.hidden = true;
    more.hidden = false;
  });
}
