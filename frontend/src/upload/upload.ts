import "./upload.css";

import { bytes, percent } from "./measure";
import { filesOf, pack } from "./pack";
import { Row, fill, rowOf, type Desk, type Words } from "./row";
import { fingerprint } from "./transfer";

/* Takes a form's file input over; the form works plainly without it. */

const AT_ONCE = 2;

interface Options {
  endpoint: string;
  purpose: string;
  keepsName: boolean;
  /** The form's file input, which is taken over. */
  field: string;
  single: boolean;
  /** Many files travel as one archive, whose names are numbers. */
  packs: boolean;
  firstBytes: number;
  mostBytes: number;
  words: Words;
}

class Uploader {
  private readonly rows: Row[] = [];
  private readonly list: HTMLElement;
  private readonly template: HTMLTemplateElement;
  private readonly desk: Desk;
  private submitting = false;
  private packing = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly form: HTMLFormElement,
    private readonly input: HTMLInputElement,
    private readonly options: Options,
  ) {
    this.list = root.querySelector<HTMLElement>("[data-rows]")!;
    this.template = root.querySelector<HTMLTemplateElement>("[data-row-template]")!;
    this.desk = {
      endpoint: options.endpoint,
      purpose: options.purpose,
      keepsName: options.keepsName,
      firstBytes: options.firstBytes,
      words: options.words,
      token: () => this.token(),
      say: (sentence) => this.say(sentence),
      lost: () => this.say(options.words["announceOffline"] ?? ""),
      found: () => this.say(options.words["announceOnline"] ?? ""),
      changed: (row) => this.changed(row),
      removed: (row) => this.removed(row),
    };
    // Files travel by themselves: the form carries their names only.
    input.removeAttribute("name");
    input.required = false;
    input.multiple = !options.single;
    input.addEventListener("change", () => this.chosen([...(input.files ?? [])]));
    this.remember();
    this.acceptDrops();
    if (options.packs) this.offerFolders();
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("offline", () => this.rows.forEach((row) => row.lost()));
    window.addEventListener("online", () => this.rows.forEach((row) => void row.back()));
    window.addEventListener("beforeunload", (event) => {
      if (!this.submitting && this.rows.some((row) => row.state === "uploading")) event.preventDefault();
    });
    // Chosen before this script had come, or put back by the browser with the page.
    const chosen = () => input.files?.length && this.chosen([...input.files]);
    chosen();
    window.addEventListener("pageshow", chosen);
    root.dataset["ready"] = "";
  }

  /** The server's list of what arrived on earlier visits. */
  private remember(): void {
    for (const old of this.list.querySelectorAll<HTMLElement>("[data-row]")) {
      const { name = "", size = "0", received = "0", fingerprint: print = "", url = null } = old.dataset;
      const element = this.template.content.firstElementChild?.cloneNode(true) as HTMLElement;
      old.replaceWith(element);
      const row = new Row(element, this.desk, name, Number(size), print, url);
      row.remembered(Number(received), "finished" in old.dataset);
      this.rows.push(row);
    }
    this.titles();
  }

  /** Files by the input, a folder or a drop; many become one where they belong together. */
  private chosen(files: File[]): void {
    this.input.value = "";
    if (!this.options.packs) return this.take(files);
    void this.packed(files);
  }

  private async packed(files: File[]): Promise<void> {
    const { words } = this.options;
    this.packing += 1;
    try {
      const packed = await pack(files, {
        name: (count) => fill(words["packName"] ?? "", { count: String(count) }),
        progress: (share) => this.note(fill(words["packing"] ?? "", { percent: percent(share) })),
      });
      this.note("");
      if (packed) this.take([packed]);
      else this.say(words["packedNothing"] ?? "");
    } catch {
      // A file went away, or may not be read, between being chosen and being read.
      this.note(words["packFailed"] ?? "");
    } finally {
      this.packing -= 1;
    }
    if (this.submitting && this.arrived()) this.form.requestSubmit();
  }

  private take(files: File[]): void {
    if (this.options.single && files.length) {
      for (const row of [...this.rows]) void row.remove();
      files = files.slice(0, 1);
    }
    for (const file of files) {
      const known = this.rows.find((row) => row.fingerprint === fingerprint(file));
      if (known?.state === "finished" || known?.hasFile) {
        this.say(fill(this.options.words["known"] ?? "", { name: file.name }));
        continue;
      }
      const row = known ?? this.add(file);
      if (file.size > this.options.mostBytes) {
        const sizes = { size: bytes(file.size), most: bytes(this.options.mostBytes) };
        row.refuse(fill(this.options.words["tooLarge"] ?? "", sizes), true);
      } else {
        row.attach(file);
      }
    }
    this.titles();
  }

  private add(file: File): Row {
    const row = rowOf(file, this.template, this.desk);
    this.list.append(row.element);
    this.rows.push(row);
    return row;
  }

  private changed(row: Row): void {
    if (row.state === "kept") this.input.click();
    this.titles();
    this.next();
    if (this.submitting && (row.state === "refused" || row.state === "paused")) this.hold();
    if (this.submitting && this.arrived()) this.form.requestSubmit();
  }

  private removed(row: Row): void {
    this.rows.splice(this.rows.indexOf(row), 1);
    this.titles();
    this.input.focus();
    this.next();
  }

  private next(): void {
    const busy = this.rows.filter((row) => ["uploading", "offline"].includes(row.state)).length;
    const waiting = this.rows.filter((row) => row.state === "waiting");
    for (const row of waiting.slice(0, Math.max(0, AT_ONCE - busy))) row.start();
  }

  private arrived(): boolean {
    return !this.packing && this.rows.every((row) => row.state === "finished" || !row.counts);
  }

  private submit(event: SubmitEvent): void {
    const away = event.submitter?.getAttribute("formaction");
    const nothingLeft = this.rows.length > 0 && !this.rows.some((row) => row.counts);
    if (away || (this.arrived() && !nothingLeft)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // The server would only ask for a recording, and the reason of the refusal would be gone.
    if (nothingLeft) return this.input.focus();
    this.submitting = true;
    this.note(this.options.words["willSubmit"] ?? "");
  }

  private hold(): void {
    this.submitting = false;
    this.note("");
  }

  /** One recording is named by the form's own title; several by one each. */
  private titles(): void {
    const several = !this.options.packs && this.rows.filter((row) => row.counts).length > 1;
    for (const row of this.rows) row.showTitle(several && row.counts);
    const title = this.form.querySelector<HTMLInputElement>("#id_title");
    const field = title?.closest<HTMLElement>("li");
    if (field) field.hidden = several;
  }

  private acceptDrops(): void {
    this.root.querySelector<HTMLElement>("[data-drop]")!.hidden = false;
    this.form.addEventListener("dragover", (event) => event.preventDefault());
    this.form.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      if (this.options.packs) void filesOf(event.dataTransfer).then((files) => this.chosen(files));
      else this.take([...event.dataTransfer.files]);
    });
  }

  /** A second input, for a folder with all that is in it. */
  private offerFolders(): void {
    const button = this.root.querySelector<HTMLButtonElement>("[data-folder]");
    const folder = document.createElement("input");
    if (!button || !("webkitdirectory" in folder)) return;
    folder.type = "file";
    folder.webkitdirectory = true;
    folder.addEventListener("change", () => {
      const files = [...(folder.files ?? [])];
      folder.value = "";
      this.chosen(files);
    });
    button.hidden = false;
    button.addEventListener("click", () => folder.click());
  }

  /** The cookie knows the newest token, after signing in again in another tab. */
  private token(): string {
    const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
    const field = this.form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
    return cookie?.[1] ?? field?.value ?? "";
  }

  private say(sentence: string): void {
    this.root.querySelector("[data-live]")!.textContent = sentence;
  }

  private note(sentence: string): void {
    this.root.querySelector("[data-note]")!.textContent = sentence;
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-uploader]")) {
  const form = root.closest("form");
  const told = root.querySelector("#uploader-options")?.textContent;
  if (!form || !told) continue;
  const options = JSON.parse(told) as Options;
  const input = form.querySelector<HTMLInputElement>(`#${options.field}`);
  if (input) new Uploader(root, form, input, options);
}
