import { recall, remember } from "./memory";
import type { Player } from "./playback";

/* Beside the video (below it where there is no room): transcript, slides, chapters, bookmarks, as
   tabs. Which of them there are is known when their parts have looked. */

const OPEN = "panel";
const TAB = "tab";
/** As in player.css: from here on the panel stands beside the picture. */
const WIDE_PX = 896;

export interface Panel {
  /** Offers a tab that was rendered hidden. */
  offer(name: string): void;
  /** Shows a tab, opening the panel. */
  show(name: string): void;
  isShown(name: string): boolean;
  onShow(name: string, act: () => void): void;
  toggle(): void;
  body(name: string): HTMLElement | null;
  ready(): void;
}

export function attachPanel(player: Player): Panel {
  const { root } = player;
  const tabs = [...root.querySelectorAll<HTMLButtonElement>("[data-tab]")];
  const bodies = [...root.querySelectorAll<HTMLElement>("[data-tab-body]")];
  const button = player.part<HTMLButtonElement>("panel-toggle");
  const number = [...document.querySelectorAll("[data-player]")].indexOf(root);
  const acts = new Map<string, (() => void)[]>();
  const body = (name: string) => bodies.find((found) => found.dataset["tabBody"] === name) ?? null;
  let current = "";

  const isOpen = () => {
    const said = root.dataset["panel"];
    return said ? said === "open" : root.clientWidth >= WIDE_PX;
  };
  const tell = () => button?.setAttribute("aria-expanded", String(isOpen()));
  const setOpen = (open: boolean) => {
    root.dataset["panel"] = open ? "open" : "closed";
    tell();
    if (open) shown();
  };
  const shown = () => {
    if (isOpen()) for (const act of acts.get(current) ?? []) act();
  };
  const select = (name: string, focus = false) => {
    current = name;
    for (const tab of tabs) {
      const chosen = tab.dataset["tab"] === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) tab.focus();
    }
    for (const found of bodies) found.hidden = found.dataset["tabBody"] !== name;
    shown();
  };
  const usable = () => tabs.filter((tab) => !tab.hidden);
  /** A panel that has nothing to show is not there. */
  const settle = () => {
    const bare = usable().length === 0;
    root.toggleAttribute("data-bare", bare);
    if (button) button.hidden = bare;
  };

  for (const tab of tabs) {
    const name = tab.dataset["tab"] ?? "";
    const own = body(name);
    tab.id = `player-tab-${number}-${name}`;
    if (own) {
      own.id = `player-tab-body-${number}-${name}`;
      own.setAttribute("aria-labelledby", tab.id);
      tab.setAttribute("aria-controls", own.id);
    }
    tab.addEventListener("click", () => {
      select(name);
      remember(TAB, name);
    });
    tab.addEventListener("keydown", (event) => {
      const rtl = getComputedStyle(root).direction === "rtl";
      const step = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 }[event.key];
      const all = usable();
      const to =
        event.key === "Home"
          ? 0
          : event.key === "End"
            ? all.length - 1
            : step && (all.indexOf(tab) + step + all.length) % all.length;
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      select(all[to]?.dataset["tab"] ?? "", true);
    });
  }
  const toggle = () => {
    setOpen(!isOpen());
    if (root.clientWidth >= WIDE_PX) remember(OPEN, isOpen() ? "open" : "closed");
  };
  button?.addEventListener("click", toggle);
  new ResizeObserver(tell).observe(root);

  return {
    offer(name) {
      const tab = tabs.find((found) => found.dataset["tab"] === name);
      if (tab) tab.hidden = false;
      settle();
      if (!current && current !== name) select(name);
    },
    show(name) {
      select(name);
      if (!isOpen()) setOpen(true);
    },
    isShown: (name) => isOpen() && current === name,
    onShow(name, act) {
      acts.set(name, [...(acts.get(name) ?? []), act]);
    },
    toggle,
    body,
    ready() {
      settle();
      if (recall(OPEN) === "closed" && root.clientWidth >= WIDE_PX) setOpen(false);
      const kept = recall(TAB);
      const first = usable().find((tab) => tab.dataset["tab"] === kept) ?? usable()[0];
      if (first) select(first.dataset["tab"] ?? "");
      tell();
    },
  };
}
