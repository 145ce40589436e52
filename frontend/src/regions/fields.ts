/* The fields of a picture question's form, as Wagtail's StreamField lays them out. */

import { parse, print, type Point, type Shape } from "./shapes";

const at = (name: string): string => `[data-contentpath="${name}"]`;

function change(field: HTMLElement): void {
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
}

/* One region: its shape, coordinates and what the author calls it. */
export class RegionFields {
  constructor(
    private readonly shapeField: HTMLSelectElement,
    private readonly coordinates: HTMLTextAreaElement,
    private readonly nameField: HTMLInputElement | null,
    private readonly keyField: HTMLInputElement | null,
  ) {}

  get name(): string {
    return this.nameField?.value.trim() ?? "";
  }

  get isKey(): boolean {
    return this.keyField?.checked ?? true;
  }

  get shape(): Shape {
    return this.shapeField.value === "polygon" ? "polygon" : "ellipse";
  }

  get text(): string {
    return this.coordinates.value;
  }

  get points(): Point[] {
    const points = parse(this.text);
    return this.shape === "ellipse" && points.length !== 2 ? [] : points;
  }

  write(shape: Shape, text: string): void {
    if (this.shapeField.value !== shape) {
      this.shapeField.value = shape;
      change(this.shapeField);
    }
    if (this.coordinates.value !== text) {
      this.coordinates.value = text;
      change(this.coordinates);
    }
  }

  draw(shape: Shape, points: Point[]): void {
    this.write(shape, print(points));
  }
}

function listOf(form: HTMLElement): HTMLElement | null {
  return form.querySelector<HTMLElement>(at("regions"));
}

/* Wagtail keeps a deleted entry in the form, and says so in a hidden field beside it. */
function isDeleted(form: HTMLElement, text: HTMLTextAreaElement): boolean {
  const name = text.name.replace(/-value-coordinates$/, "-deleted");
  return form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(name)}"]`)?.value === "1";
}

export function regionsOf(form: HTMLElement): RegionFields[] {
  const found: RegionFields[] = [];
  for (const box of listOf(form)?.querySelectorAll<HTMLElement>(at("coordinates")) ?? []) {
    const region = box.parentElement?.closest<HTMLElement>("[data-contentpath]");
    const shape = region?.querySelector<HTMLSelectElement>(`${at("shape")} select`);
    const text = box.querySelector("textarea");
    if (!region || !shape || !text || isDeleted(form, text)) continue;
    found.push(
      new RegionFields(
        shape,
        text,
        region.querySelector<HTMLInputElement>(`${at("name")} input`),
        region.querySelector<HTMLInputElement>(`${at("is_key")} input[type=checkbox]`),
      ),
    );
  }
  return found;
}

/* A region more, at the end of the list; none where the list is full. */
export function addRegion(form: HTMLElement): RegionFields | null {
  const before = regionsOf(form).length;
  const buttons = listOf(form)?.querySelectorAll<HTMLButtonElement>("button[data-streamfield-list-add]") ?? [];
  [...buttons].at(-1)?.click();
  const after = regionsOf(form);
  return after.length > before ? (after.at(-1) ?? null) : null;
}

export function pictureOf(form: HTMLElement): string {
  return form.querySelector<HTMLInputElement>(`${at("image")} input[type=hidden]`)?.value ?? "";
}

export function listBefore(form: HTMLElement): HTMLElement | null {
  return listOf(form);
}
