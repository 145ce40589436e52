import { clock } from "./clock";
import { fill } from "./island";
import type { Panel } from "./panel";
import type { Player } from "./playback";
import type { Seek } from "./seek";

/* Moments a signed-in reader wants to find again, with a note; kept by the server, shown as dots in
   the seek bar. Setting a moment again changes its note, so a repeated request does no harm.
   Requests go one after another: each answer is the whole list, and an older one must not come last.
   Entries stay in place when the list changes, or a note being typed would lose its field. */

export interface Bookmarks {
  add(): void;
}

interface Bookmark {
  position_s: number;
  note: string;
}

interface Entry {
  bookmark: Bookmark;
  item: HTMLElement;
  go: HTMLButtonElement;
  note: HTMLInputElement;
}

export function attachBookmarks(
  player: Player,
  panel: Panel,
  seek: Seek,
  csrf: string,
): Bookmarks {
  const { video, island } = player;
  const { words } = island;
  const body = panel.body("bookmarks");
  const list = body?.querySelector<HTMLElement>("[data-marks]");
  const empty = body?.querySelector<HTMLElement>("[data-no-marks]");
  const undo = body?.querySelector<HTMLElement>("[data-undo]");
  const undoWords = body?.querySelector<HTMLElement>("[data-undo-words]");
  const undoButton = body?.querySelector<HTMLButtonElement>("[data-undo-button]");
  if (!island.bookmarks || !body || !list) return { add: () => undefined };
  const entries = new Map<number, Entry>();
  let removed: Bookmark | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const request = async (method: string, bookmark?: Bookmark): Promise<boolean> => {
    try {
      const answer = await fetch(island.bookmarks, {
        method,
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
        ...(bookmark ? { body: JSON.stringify(bookmark) } : {}),
      });
      const told = (await answer.json()) as { bookmarks?: Bookmark[]; error?: string };
      if (told.bookmarks) draw(told.bookmarks);
      else player.say(told.error ?? words["failed"] ?? "");
      return answer.ok;
    } catch {
      if (method !== "GET") player.say(words["failed"] ?? "");
      return false;
    }
  };
  const send = (method: string, bookmark?: Bookmark): Promise<boolean> => {
    const sent = last.then(() => request(method, bookmark));
    last = sent;
    return sent;
  };

  const draw = (bookmarks: Bookmark[]) => {
    seek.setMarks(bookmarks.map(({ position_s }) => position_s));
    if (empty) empty.hidden = bookmarks.length > 0;
    const wanted = new Set(bookmarks.map(({ position_s }) => position_s));
    for (const [second, { item }] of entries) {
      if (wanted.has(second)) continue;
      item.remove();
      entries.delete(second);
    }
    let before: Element | null = null;
    for (const bookmark of bookmarks) {
      const known = entries.get(bookmark.position_s);
      const entry = known ?? make(bookmark);
      // What is being typed is newer than what the server knows.
      if (known && known.note.value === known.bookmark.note) known.note.value = bookmark.note;
      entry.bookmark = { ...bookmark };
      entries.set(bookmark.position_s, entry);
      const next: Element | null = before ? before.nextElementSibling : list.firstElementChild;
      if (entry.item !== next) list.insertBefore(entry.item, next);
      before = entry.item;
    }
  };

  const make = (bookmark: Bookmark): Entry => {
    const { position_s } = bookmark;
    const moment = clock(position_s);
    const item = document.createElement("li");
    item.className = "player__mark";
    const go = document.createElement("button");
    go.type = "button";
    go.className = "player__stamp";
    go.textContent = moment;
    go.setAttribute("aria-label", fill(words["goTo"], moment));
    go.addEventListener("click", () => player.seekTo(position_s));
    const note = document.createElement("input");
    note.type = "text";
    note.maxLength = 500;
    note.value = bookmark.note;
    note.dir = "auto";
    note.setAttribute("aria-label", fill(words["noteAt"], moment));
    note.placeholder = words["note"] ?? "";
    note.addEventListener("change", () => void send("POST", { position_s, note: note.value }));
    note.addEventListener("keydown", (event) => {
      if (event.key === "Enter") note.blur();
    });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "player__remove";
    remove.setAttribute("aria-label", fill(words["remove"], moment));
    remove.title = words["removeShort"] ?? "";
    const cross = player.part<HTMLTemplateElement>("cross");
    if (cross) remove.append(cross.content.cloneNode(true));
    remove.addEventListener("click", () => take({ position_s, note: note.value }));
    item.append(go, note, remove);
    return { bookmark, item, go, note };
  };

  const take = (bookmark: Bookmark) => {
    void send("DELETE", bookmark).then((gone) => {
      if (!gone) return;
      removed = bookmark;
      if (undoWords) undoWords.textContent = fill(words["unmarked"], clock(bookmark.position_s));
      if (undo) undo.hidden = false;
      undoButton?.focus();
    });
  };

  // Dots are wanted soon, but nothing waits for them.
  let asked: Promise<boolean> | null = null;
  const ask = (): Promise<boolean> => {
    asked ??= send("GET").then((told) => {
      if (!told) asked = null;
      return told;
    });
    return asked;
  };

  const focus = (second: number): boolean => {
    const entry = entries.get(second);
    if (!entry) return false;
    panel.show("bookmarks");
    entry.note.focus({ preventScroll: true });
    return true;
  };

  const add = () => {
    const position_s = Math.floor(video.currentTime);
    // Whether the moment has a note already must be known before it is set, or the note is lost.
    void ask().then(async (told) => {
      if (focus(position_s)) return;
      if (!told) player.say(words["failed"] ?? "");
      if (!told || !(await send("POST", { position_s, note: "" }))) return;
      if (undo) undo.hidden = true;
      player.say(fill(words["marked"], clock(position_s)));
      focus(position_s);
    });
  };

  undoButton?.addEventListener("click", () => {
    if (!removed) return;
    const back = removed;
    removed = null;
    if (undo) undo.hidden = true;
    void send("POST", back).then(() => entries.get(back.position_s)?.go.focus());
  });
  for (const button of player.root.querySelectorAll("[data-bookmark]")) {
    button.addEventListener("click", add);
  }
  panel.onShow("bookmarks", () => void ask());
  video.addEventListener("play", () => void ask(), { once: true });
  window.setTimeout(() => void ask(), 3000);
  return { add };
}
