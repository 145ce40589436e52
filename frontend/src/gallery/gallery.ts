import "./gallery.css";

/* Opens case pictures in a full-window dark dialog: arrows, zoom, drag. The links it enhances lead
   to the picture files, so without this script a click opens the picture itself. */

const MAX_ZOOM = 6;
const STEP = 1.5;

interface Picture {
  src: string;
  alt: string;
  title: string;
  caption: string;
}

class Viewer {
  private pictures: Picture[];
  private at = 0;
  private zoom = 1;
  private x = 0;
  private y = 0;
  private readonly stage: HTMLElement;
  private readonly image: HTMLImageElement;
  private readonly pointers = new Map<number, PointerEvent>();
  private moved = 0;
  private pinch = 0;
  private windowTitle = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly dialog: HTMLDialogElement,
  ) {
    this.stage = this.part("stage");
    this.image = this.part<HTMLImageElement>("image");
    const links = [...root.querySelectorAll<HTMLAnchorElement>("a[data-picture]")];
    this.pictures = links.map((link) => ({
      src: link.href,
      alt: link.querySelector("img")?.alt ?? "",
      title: link.dataset["title"] ?? "",
      caption: link.dataset["caption"] ?? "",
    }));
    links.forEach((link, index) =>
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.open(index);
      }),
    );
    if (links.length < 2) {
      for (const name of ["previous", "next", "count"]) this.part(name).hidden = true;
    }
    this.listen();
  }

  private part<T extends HTMLElement>(name: string): T {
    const found = this.dialog.querySelector<T>(`[data-viewer-${name}]`);
    if (!found) throw new Error(`viewer without ${name}`);
    return found;
  }

  private listen(): void {
    this.part("close").addEventListener("click", () => this.dialog.close());
    this.part("previous").addEventListener("click", () => this.show(this.at - 1));
    this.part("next").addEventListener("click", () => this.show(this.at + 1));
    this.part("in").addEventListener("click", () => this.zoomTo(this.zoom * STEP));
    this.part("out").addEventListener("click", () => this.zoomTo(this.zoom / STEP));
    this.dialog.addEventListener("close", () => {
      document.title = this.windowTitle;
      this.root.querySelectorAll<HTMLElement>("a[data-picture]")[this.at]?.focus();
    });
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.onDown(event));
    this.stage.addEventListener("pointermove", (event) => this.onMove(event));
    this.stage.addEventListener("pointerup", (event) => this.onUp(event));
    this.stage.addEventListener("pointercancel", (event) => this.forget(event));
  }

  private open(index: number): void {
    this.windowTitle = document.title;
    this.dialog.showModal();
    this.show(index);
  }

  private show(index: number): void {
    const count = this.pictures.length;
    this.at = (index + count) % count;
    const picture = this.pictures[this.at];
    if (!picture) return;
    this.image.src = picture.src;
    this.image.alt = picture.alt;
    this.part("title").textContent = picture.title;
    this.part("caption").textContent = picture.caption;
    this.part("count").textContent = `${this.at + 1}/${count}`;
    document.title = [picture.title, this.windowTitle].filter(Boolean).join(" – ");
    this.zoomTo(1);
    const following = this.pictures[(this.at + 1) % count];
    if (following) new Image().src = following.src;
  }

  /** Zooms about a point given in stage pixels from the stage's centre. */
  private zoomTo(zoom: number, aboutX = 0, aboutY = 0): void {
    const next = Math.min(MAX_ZOOM, Math.max(1, zoom));
    const ratio = next / this.zoom;
    this.x = aboutX - (aboutX - this.x) * ratio;
    this.y = aboutY - (aboutY - this.y) * ratio;
    this.zoom = next;
    this.place();
  }

  private place(): void {
    const spareX = (this.stage.clientWidth * (this.zoom - 1)) / 2;
    const spareY = (this.stage.clientHeight * (this.zoom - 1)) / 2;
    this.x = Math.min(spareX, Math.max(-spareX, this.x));
    this.y = Math.min(spareY, Math.max(-spareY, this.y));
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    this.stage.toggleAttribute("data-zoomed", this.zoom > 1);
    // Not `disabled`: a button that is switched off while focused would drop the keyboard.
    this.part("out").setAttribute("aria-disabled", String(this.zoom <= 1));
    this.part("in").setAttribute("aria-disabled", String(this.zoom >= MAX_ZOOM));
  }

  private fromCentre(event: MouseEvent): [number, number] {
    const box = this.stage.getBoundingClientRect();
    return [
      event.clientX - box.left - box.width / 2,
      event.clientY - box.top - box.height / 2,
    ];
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // On right-to-left pages the arrow that points the way one reads goes on.
    const onwards = getComputedStyle(this.dialog).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = onwards === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const actions: Record<string, () => void> = {
      [onwards]: () => this.show(this.at + 1),
      [back]: () => this.show(this.at - 1),
      Home: () => this.show(0),
      End: () => this.show(this.pictures.length - 1),
      "+": () => this.zoomTo(this.zoom * STEP),
      "=": () => this.zoomTo(this.zoom * STEP),
      "-": () => this.zoomTo(this.zoom / STEP),
      "0": () => this.zoomTo(1),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoomTo(this.zoom * Math.exp(-event.deltaY / 300), ...this.fromCentre(event));
  }

  private onDown(event: PointerEvent): void {
    this.pointers.set(event.pointerId, event);
    this.stage.setPointerCapture(event.pointerId);
    this.moved = 0;
    this.pinch = this.spread();
  }

  private onMove(event: PointerEvent): void {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    this.pointers.set(event.pointerId, event);
    this.moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
    if (this.pointers.size === 2) {
      const spread = this.spread();
      if (this.pinch) this.zoomTo(this.zoom * (spread / this.pinch));
      this.pinch = spread;
    } else if (this.zoom > 1) {
      this.stage.toggleAttribute("data-dragging", true);
      this.x += event.clientX - last.clientX;
      this.y += event.clientY - last.clientY;
      this.place();
    }
  }

  private onUp(event: PointerEvent): void {
    const tap = this.pointers.size === 1 && this.moved < 6;
    this.forget(event);
    if (!tap) return;
    if (this.zoom > 1) this.zoomTo(1);
    else this.zoomTo(2.5, ...this.fromCentre(event));
  }

  private forget(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    this.pinch = 0;
    this.stage.removeAttribute("data-dragging");
  }

  private spread(): number {
    const [one, two] = [...this.pointers.values()];
    return one && two ? Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY) : 0;
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-gallery]")) {
  const dialog = root.querySelector("dialog");
  if (dialog) new Viewer(root, dialog);
}
