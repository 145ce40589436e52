import { isChanged } from "../shared/changed";

/* Peer review and citations: keeps a review's draft while it is written; copies a citation.
   Enhancement only: the form has a button to save, the citation can be selected. */

const QUIET_MS = 1_200;
const AGAIN_MS = 10_000;

class Draft {
  private timer = 0;
  private running = false;
  private dirty = false;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly status: HTMLElement,
    private readonly url: string,
  ) {
    form.addEventListener("input", () => this.note());
    form.addEventListener("change", () => this.note());
    // What is sent for good is no draft any more.
    form.addEventListener("submit", () => {
      this.dirty = false;
      window.clearTimeout(this.timer);
    });
    window.addEventListener("online", () => this.dirty && void this.save());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.dirty) void this.save();
    });
    if (isChanged(form)) this.note();
  }

  private note(): void {
    this.dirty = true;
    this.later(QUIET_MS);
  }

  private later(delay: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), delay);
  }

  private say(name: "saving" | "saved" | "failed"): void {
    this.status.textContent = this.status.dataset[name] ?? "";
  }

  private async save(): Promise<void> {
    if (this.running) return this.later(QUIET_MS);
    this.running = true;
    this.dirty = false;
    this.say("saving");
    try {
      const response = await fetch(this.url, {
        method: "POST",
        body: new FormData(this.form),
        credentials: "same-origin",
        keepalive: true,
      });
      if (response.status === 409) {
        const answer = (await response.json()) as { message: string };
        this.status.textContent = answer.message;
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      this.say("saved");
    } catch {
      this.dirty = true;
      this.say("failed");
      this.later(AGAIN_MS);
    } finally {
      this.running = false;
    }
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("[data-review]")) {
  const status = form.querySelector<HTMLElement>("[data-review-status]");
  const url = form.dataset["draftUrl"];
  if (status && url) {
    new Draft(form, status, url);
    form.dataset["started"] = "";
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
  const source = document.getElementById(button.dataset["copy"] ?? "");
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText((source.textContent ?? "").trim());
    button.textContent = button.dataset["copied"] ?? button.textContent;
  });
}
