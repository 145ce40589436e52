import { isChanged } from "../shared/changed";

/*
 * An exam's answer is sent the moment it changes. Each saving has a number one higher than the
 * last; the server keeps the newest and answers a repeated one the same, so sending again is
 * harmless. What could not be sent stays in localStorage until the server has it.
 */

interface Saved {
  saved: boolean;
  complete?: boolean;
  sequence?: number;
  over?: boolean;
  stale?: boolean;
  sentence?: string;
  url?: string;
  seconds_left?: number;
}

const RETRY_MS = 4000;
const PREFIX = "viewbox.answer:";

function body(form: HTMLFormElement): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields;
}

function keep(url: string, fields: URLSearchParams | null): void {
  try {
    if (fields) localStorage.setItem(PREFIX + url, fields.toString());
    else localStorage.removeItem(PREFIX + url);
  } catch {
    // Storage refused (private window): the page itself goes on trying.
  }
}

function kept(): [string, URLSearchParams][] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => [key.slice(PREFIX.length), new URLSearchParams(localStorage[key])]);
  } catch {
    return [];
  }
}

async function send(url: string, fields: URLSearchParams): Promise<Saved> {
  const answer = await fetch(url, {
    method: "POST",
    body: fields,
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    keepalive: true,
  });
  // Anything that is not ours (sign-in page, gateway) is no receipt: keep and try again.
  if (!answer.headers.get("Content-Type")?.includes("application/json")) throw new Error("no receipt");
  return (await answer.json()) as Saved;
}

/* What is answered is no longer skipped, and after the last one there is nothing unanswered. */
function offerNext(): void {
  for (const step of document.querySelectorAll<HTMLElement>("[data-answered-text]")) {
    step.textContent = step.dataset.answeredText ?? "";
    step.classList.remove("button--quiet");
  }
}

export function bindSaving(form: HTMLFormElement): void {
  const sequence = form.querySelector<HTMLInputElement>("input[name=sequence]");
  const status = form.querySelector<HTMLElement>("[data-saved]");
  const token = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const url = form.getAttribute("action") ?? location.pathname;
  if (!sequence || !status) return;
  const say = (text?: string) => (status.textContent = text ?? "");
  let next = Number(sequence.value);
  let sending = false;
  let waiting: URLSearchParams | null = null;

  const flush = async (): Promise<void> => {
    if (sending || !waiting) return;
    sending = true;
    const fields = waiting;
    try {
      const receipt = await send(url, fields);
      if (waiting === fields) waiting = null;
      keep(url, waiting);
      if (receipt.seconds_left !== undefined) {
        document.dispatchEvent(new CustomEvent("viewbox:time-left", { detail: receipt.seconds_left }));
      }
      if (receipt.saved && receipt.complete) offerNext();
      if (receipt.over && receipt.url) location.assign(receipt.url);
      else if (receipt.stale) say(receipt.sentence);
      // Of what is still on its way nobody is told that it is saved.
      else if (!waiting) say(receipt.saved ? status.dataset.savedText : "");
    } catch {
      say(status.dataset.waitingText);
      setTimeout(() => void flush(), RETRY_MS);
    } finally {
      sending = false;
    }
    if (waiting && waiting !== fields) await flush();
  };

  const save = (): void => {
    sequence.value = String(next);
    waiting = body(form);
    next += 1;
    // The plain form, should it be sent, comes after what was saved.
    sequence.value = String(next);
    keep(url, waiting);
    say(status.dataset.savingText);
    void flush();
  };

  let typing = 0;
  form.addEventListener("change", save);
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("textarea, input[type=text]")) return;
    clearTimeout(typing);
    typing = window.setTimeout(save, 1000);
  });
  form.addEventListener("submit", () => keep(url, null));
  addEventListener("online", () => void flush());
  addEventListener("pagehide", () => void flush());
  // The grace covers the way there. The server then leads to the result, or, when it was away
  // itself, shows how much time it gives back; while it is away this page is all there is.
  const askWhetherOver = async (): Promise<void> => {
    try {
      await fetch(url, { method: "HEAD", credentials: "same-origin" });
      if (!waiting) return location.reload();
    } catch {
      // No answer: ask again.
    }
    setTimeout(() => void askWhetherOver(), RETRY_MS);
  };
  document.addEventListener("viewbox:time-up", () => {
    save();
    setTimeout(() => void askWhetherOver(), 2000);
  });

  // Answers of other items of this attempt that never arrived.
  for (const [address, fields] of kept()) {
    if (address === url) continue;
    fields.set("csrfmiddlewaretoken", token);
    send(address, fields).then(
      () => keep(address, null),
      () => undefined,
    );
  }
  const own = kept().find(([address]) => address === url)?.[1];
  if (own && Number(own.get("sequence")) >= next) {
    own.set("csrfmiddlewaretoken", token);
    waiting = own;
    next = Number(own.get("sequence")) + 1;
    sequence.value = String(next);
    void flush().then(() => location.reload());
  } else {
    if (own) keep(url, null);
    if (isChanged(form)) save();
  }
}
