import { modified, shortcutsOn, typing } from "../shared/shortcuts";

/* A teaching round: keys for the teacher, and guests' pages that follow what is revealed. */

const EVERY_MS = 4000;

const KEYS: Record<string, string> = {
  KeyN: "[data-round-next]",
  KeyP: "[data-round-previous]",
  KeyR: "[data-round-reveal] button",
};

function bindKeys(root: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || modified(event) || typing(event.target)) return;
    // The viewer has keys of its own: P moves the image there.
    if (event.target instanceof Element && event.target.closest("[data-dicom], dialog")) return;
    const selector = KEYS[event.code];
    const target = selector && shortcutsOn() ? root.querySelector<HTMLElement>(selector) : null;
    if (!target) return;
    event.preventDefault();
    target.click();
  });
}

/** Loads the page again when the teacher has revealed more, or has hidden it. */
async function follow(url: string, stage: string): Promise<void> {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      const state = (await answer.json()) as { stage: number };
      if (answer.ok && String(state.stage) !== stage) {
        location.reload();
        return;
      }
    } catch {
      // No connection: the next time will tell.
    }
  }
  setTimeout(() => void follow(url, stage), EVERY_MS);
}

const root = document.querySelector<HTMLElement>("[data-round]");
if (root) {
  bindKeys(root);
  const { state, stage } = root.dataset;
  if (state && stage !== undefined) setTimeout(() => void follow(state, stage), EVERY_MS);
}
