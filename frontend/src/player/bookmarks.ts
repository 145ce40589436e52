import { clock } from "./clock";
import { fill } from "./island";
import type { Panel } from "./panel";
import type { Player } from "./playback";
import type { Seek } from "./seek";

/* Moments a signed-in reader wants to find again, with a note; kept by the server, shown as dots in
   the seek bar. Setting a moment again changes its note, so a repeated request does no harm. */

export interface Bookmarks {
  add(): void;
}

interface Bookmark {
  position_s: number;
  note: string;
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
  let removed: Bookmark | null = null;

  const send = async (method: string, bookmark?: Bookmark): Promise<boolean> => {
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

  const draw = (bookmarks: Bookmark[]) => {
    seek.setMarks(bookmarks.map(({ position_s }) => position_s));
    if (empty) empty.hidden = bookmarks.length > 0;
    list.replaceChildren(...bookmarks.map(entry));
  };

  const entry = (bookmark: Bookmark): HTMLElement => {
    const moment = clock(bookmark.position_s);
    const item = document.createElement("li");
    item.className = "player__mark";
    item.dataset["second"] = String(bookmark.position_s);
    const go = document.createElement("button");
    go.type = "button";
    go.className = "player__stamp";
    go.textContent = moment;
    go.setAttribute("aria-label", fill(words["goTo"], moment));
    go.addEventListener("click", () => player.seekTo(bookmark.position_s));
    const note = document.createElement("input");
    note.type = "text";
    note.maxLength = 500;
    note.value = bookmark.note;
    note.dir = "auto";
    note.setAttribute("aria-label", fill(words["noteAt"], moment));
    note.placeholder = words["note"] ?? "";
    note.addEventListener("change", () => {
      bookmark.note = note.value;
      void save({ ...bookmark }, false);
    });
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
    remove.addEventListener("click", () => {
      void send("DELETE", bookmark).then((gone) => {
        if (!gone) return;
        removed = { ...bookmark, note: note.value };
        if (undoWords) undoWords.textContent = fill(words["unmarked"], moment);
        if (undo) undo.hidden = false;
        undoButton?.focus();
      });
    });
    item.append(go, note, remove);
    return item;
  };

  /** A note saved while another is being typed must not take the field away. */
  const save = async (bookmark: Bookmark, redraw = true): Promise<boolean> => {
    if (redraw) return send("POST", bookmark);
    try {
      const answer = await fetch(island.bookmarks, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
        body: JSON.stringify(bookmark),
      });
      if (!answer.ok) player.say(words["failed"] ?? "");
      return answer.ok;
    } catch {
      player.say(words["failed"] ?? "");
      return false;
    }
  };

  const field = (second: number) =>
    list.querySelector<HTMLInputElement>(`[data-second="${second}"] input`);

  const add = () => {
    const position_s = Math.floor(video.currentTime);
    const known = field(position_s);
    if (known) {
      panel.show("bookmarks");
      known.focus();
      return;
    }
    void send("POST", { position_s, note: "" }).then((kept) => {
      if (!kept) return;
      if (undo) undo.hidden = true;
      player.say(fill(words["marked"], clock(position_s)));
      panel.show("bookmarks");
      field(position_s)?.focus({ preventScroll: true });
    });
  };

  undoButton?.addEventListener("click", () => {
    if (!removed) return;
    const back = removed;
    removed = null;
    if (undo) undo.hidden = true;
    void send("POST", back).then(() => {
      list.querySelector<HTMLElement>(`[data-second="${back.position_s}"] button`)?.focus();
    });
  });
  for (const button of player.root.querySelectorAll("[data-bookmark]")) {
    button.addEventListener("click", add);
  }
  // Dots are wanted soon, but nothing waits for them.
  let asked = false;
  const ask = () => {
    if (asked) return;
    asked = true;
    void send("GET");
  };
  panel.onShow("bookmarks", ask);
  video.addEventListener("play", ask, { once: true });
  window.setTimeout(ask, 3000);
  return { add };
}
