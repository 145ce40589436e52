/* One recording in the list: how it stands, in words and for screen readers. */

import { Speedometer, bytes, duration, percent } from "./measure";
import { Transfer, fingerprint, forget, type TransferOptions } from "./transfer";

export type Words = Record<string, string>;
export type State = "waiting" | "uploading" | "paused" | "offline" | "kept" | "finished" | "refused";

export interface Desk extends TransferOptions {
  words: Words;
  say: (sentence: string) => void;
  /** A row lost, or found again, its way to the server. */
  lost: () => void;
  found: () => void;
  changed: (row: Row) => void;
  removed: (row: Row) => void;
}

const ANNOUNCE_EVERY = 0.25;

export function fill(pattern: string, values: Record<string, string>): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function part<E extends HTMLElement>(root: HTMLElement, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`The uploader's template lacks ${selector}`);
  return found;
}

export class Row {
  state: State = "waiting";
  readonly fingerprint: string;
  private transfer: Transfer | null = null;
  private readonly speed = new Speedometer();
  private sent = 0;
  private announced = 0;

  constructor(
    readonly element: HTMLElement,
    private readonly desk: Desk,
    readonly name: string,
    readonly size: number,
    fingerprintOnServer: string,
    private url: string | null = null,
  ) {
    this.fingerprint = fingerprintOnServer;
    this.text("[data-name]", name);
    const labels: [string, () => void][] = [
      ["[data-pause]", () => void this.pause()],
      ["[data-continue]", () => this.goOn()],
      ["[data-remove]", () => void this.remove()],
    ];
    for (const [selector, act] of labels) {
      const button = part<HTMLButtonElement>(element, selector);
      button.setAttribute("aria-label", `${button.textContent?.trim() ?? ""}: ${name}`);
      button.addEventListener("click", act);
    }
    part(element, "progress").setAttribute("aria-label", name);
    part<HTMLInputElement>(element, "[data-title] input").value = name
      .replace(/\.[^.]+$/, "")
      .replaceAll("_", " ")
      .trim();
    if (url) this.named(url);
  }

  /** Whether a lecture is to be made of it: not of what is refused, nor of what waits at home. */
  get counts(): boolean {
    return this.state !== "refused" && this.state !== "kept";
  }

  get hasFile(): boolean {
    return this.transfer !== null;
  }

  /** Send `file`, from where it stopped if it began before. */
  attach(file: File): void {
    this.transfer = new Transfer(file, this.url, this.desk, {
      progress: (sent) => this.progressed(sent),
      named: (url) => this.named(url),
      lost: () => this.lost(),
      answered: () => this.found(),
      finished: () => this.finish(),
      refused: (sentence, final) => this.refuse(sentence, final),
    });
    this.show("waiting");
    this.desk.changed(this);
  }

  /** As the server remembers it from an earlier visit. */
  remembered(received: number, finished: boolean): void {
    this.sent = received;
    this.show(finished ? "finished" : "kept");
  }

  start(): void {
    if (!this.transfer || this.state === "finished") return;
    this.speed.forget();
    this.show("uploading");
    this.transfer.start();
  }

  async pause(): Promise<void> {
    await this.transfer?.pause();
    this.show("paused");
    this.focus("[data-continue]");
    this.desk.changed(this);
  }

  lost(): void {
    if (this.state !== "uploading") return;
    this.show("offline");
    this.desk.lost();
  }

  /** The browser says that there is a line again: what was under way is asked for anew. */
  async back(): Promise<void> {
    if (this.state !== "offline") return;
    await this.transfer?.pause();
    this.found();
    this.start();
  }

  private found(): void {
    if (this.state !== "offline") return;
    this.speed.forget();
    this.show("uploading");
    this.desk.found();
  }

  refuse(sentence: string, final: boolean): void {
    const error = part(this.element, "[data-error]");
    error.textContent = sentence || this.desk.words["failed"] || "";
    error.hidden = false;
    this.show(final ? "refused" : "paused");
    this.desk.changed(this);
  }

  showTitle(on: boolean): void {
    part(this.element, "[data-title]").hidden = !on;
    part<HTMLInputElement>(this.element, "[data-title] input").disabled = !on;
  }

  async remove(): Promise<void> {
    await this.transfer?.pause();
    if (this.url && !(await forget(this.url, this.desk.token()))) {
      this.refuse("", false);
      return;
    }
    this.element.remove();
    this.desk.say(fill(this.desk.words["removed"] ?? "", { name: this.name }));
    this.desk.removed(this);
  }

  private goOn(): void {
    if (!this.transfer) {
      // Begun on another visit: the browser needs to be shown the file again.
      this.desk.changed(this);
      return;
    }
    this.show("waiting");
    this.desk.changed(this);
    this.focus("[data-pause]");
  }

  private named(url: string): void {
    this.url = url;
    const id = url.replace(/\/$/, "").split("/").at(-1) ?? "";
    const key = part<HTMLInputElement>(this.element, "[data-key]");
    key.name = "upload";
    key.value = id;
    part<HTMLInputElement>(this.element, "[data-title] input").name = `title-${id}`;
  }

  private progressed(sent: number): void {
    this.sent = sent;
    this.speed.note(sent);
    this.paint();
    // Bytes that only filled the device's own buffers are no news while nothing gets through.
    if (this.state === "offline") return;
    if (sent / this.size >= this.announced + ANNOUNCE_EVERY && sent < this.size) {
      this.announced = Math.floor(sent / this.size / ANNOUNCE_EVERY) * ANNOUNCE_EVERY;
      this.desk.say(
        fill(this.desk.words["announce"] ?? "", { name: this.name, percent: percent(this.announced) }),
      );
    }
  }

  private finish(): void {
    this.sent = this.size;
    this.show("finished");
    this.desk.say(fill(this.desk.words["announceFinished"] ?? "", { name: this.name }));
    this.desk.changed(this);
  }

  private show(state: State): void {
    this.state = state;
    this.element.dataset["state"] = state;
    if (state === "uploading" || state === "finished") part(this.element, "[data-error]").hidden = true;
    part(this.element, "[data-pause]").hidden = !["waiting", "uploading", "offline"].includes(state);
    part(this.element, "[data-continue]").hidden = !["paused", "kept"].includes(state);
    part<HTMLInputElement>(this.element, "[data-key]").disabled = !this.counts;
    this.paint();
  }

  private paint(): void {
    part<HTMLProgressElement>(this.element, "progress").value = this.size ? this.sent / this.size : 0;
    const speed = this.state === "uploading" ? this.speed.bytesPerSecond() : null;
    const word = this.state === "uploading" && speed === null ? "starting" : this.state;
    this.text(
      "[data-state]",
      fill(this.desk.words[word] ?? "", {
        done: bytes(this.sent),
        total: bytes(this.size),
        percent: percent(this.size ? this.sent / this.size : 0),
        speed: speed === null ? "" : bytes(speed, true),
        left: speed === null ? "" : duration((this.size - this.sent) / speed),
      }),
    );
  }

  private text(selector: string, text: string): void {
    const element = part(this.element, selector);
    if (element.textContent !== text) element.textContent = text;
  }

  private focus(selector: string): void {
    if (this.element.contains(document.activeElement)) part(this.element, selector).focus();
  }
}

export function rowOf(file: File, template: HTMLTemplateElement, desk: Desk): Row {
  const element = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
  return new Row(element, desk, file.name, file.size, fingerprint(file));
}
