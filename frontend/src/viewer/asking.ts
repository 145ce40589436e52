import type { StackData, Words } from "./data";
import type { Drawn, Draws } from "./drawing";
import { lengthText, type Mark, type Point } from "./marks";

/* Questions on the stack: what is drawn goes into the fields of their forms, and what stands in the
   fields is drawn. The form itself is plain HTML (templates/cases/items/stack_item.html). */

export class Asking {
  readonly draws: Draws;
  readonly series: string;
  private readonly form: HTMLFormElement | null;
  private readonly told: HTMLElement | null;

  constructor(
    readonly root: HTMLElement,
    private readonly stack: StackData,
    private readonly words: Words,
    begin: (asking: Asking) => void,
    changed: () => void,
  ) {
    this.draws = (root.dataset["stackAsk"] ?? "point") as Draws;
    this.series = stack.key;
    this.form = root.closest("form");
    this.told = root.querySelector("[data-stack-told]");
    const button = root.querySelector<HTMLButtonElement>("[data-stack-start]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => begin(this));
    }
    const typed = root.querySelector<HTMLDetailsElement>("[data-stack-typed]");
    if (typed) typed.open = false;
    root.addEventListener("input", () => {
      this.tell();
      changed();
    });
    this.tell();
  }

  /** What the fields say, as a mark; null while they say none. */
  get mark(): Mark | null {
    const image = this.number("image");
    const at = (image ?? 0) - 1;
    const x = this.number("x");
    const y = this.number("y");
    if (image === null || x === null || y === null || at < 0) return null;
    const base = { kind: "own", series: this.series, at } as const;
    const first = this.pixel(x, y);
    if (this.draws === "line") {
      const [x2, y2] = [this.number("x2"), this.number("y2")];
      if (x2 === null || y2 === null) return null;
      return { ...base, shape: "line", points: [first, this.pixel(x2, y2)] };
    }
    if (this.draws === "outline") {
      const [wide, high] = [this.number("wide"), this.number("high")];
      if (wide === null || high === null) return null;
      const radii: Point = [(wide / 200) * this.stack.columns, (high / 200) * this.stack.rows];
      return { ...base, shape: "ellipse", points: [first], radii };
    }
    return { ...base, shape: "point", points: [first] };
  }

  take(drawn: Drawn): void {
    this.fill("image", drawn.at + 1);
    const [first, second] = drawn.points.map((point) => this.perCent(point));
    if (first) {
      this.fill("x", first[0]);
      this.fill("y", first[1]);
    }
    if (second) {
      this.fill("x2", second[0]);
      this.fill("y2", second[1]);
    }
    if (drawn.radii) {
      this.fill("wide", Math.min(100, (200 * drawn.radii[0]) / this.stack.columns));
      this.fill("high", Math.min(100, (200 * drawn.radii[1]) / this.stack.rows));
    }
    this.tell();
    this.form?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  get sentence(): string {
    return this.told?.textContent ?? "";
  }

  private tell(): void {
    if (!this.told) return;
    const image = this.number("image");
    const { mark } = this;
    const isSaid = image !== null && (this.draws === "slice" || mark !== null);
    if (!isSaid) {
      this.told.textContent = "";
      return;
    }
    const [from, to] = mark?.points ?? [];
    const values: Record<string, string | number> = {
      image,
      x: Math.round(this.number("x") ?? 0),
      y: Math.round(this.number("y") ?? 0),
      length: from && to ? lengthText(this.stack, from, to, this.words) : "",
    };
    const text = (this.root.dataset["told"] ?? "").replace(/\{(\w+)\}/g, (_, key: string) =>
      String(values[key] ?? ""),
    );
    if (this.told.textContent !== text) this.told.textContent = text;
  }

  private pixel(x: number, y: number): Point {
    return [(x / 100) * this.stack.columns - 0.5, (y / 100) * this.stack.rows - 0.5];
  }

  private perCent([x, y]: Point): Point {
    const bound = (value: number): number => Math.min(100, Math.max(0, value));
    return [
      bound((100 * (x + 0.5)) / this.stack.columns),
      bound((100 * (y + 0.5)) / this.stack.rows),
    ];
  }

  private field(name: string): HTMLInputElement | null {
    return this.root.querySelector(`input[name=${name}]`);
  }

  private number(name: string): number | null {
    const text = this.field(name)?.value.trim().replace(",", ".") ?? "";
    const value = Number(text);
    return text && Number.isFinite(value) ? value : null;
  }

  private fill(name: string, value: number): void {
    const field = this.field(name);
    if (field) field.value = String(Math.round(value * 1000) / 1000);
  }
}
