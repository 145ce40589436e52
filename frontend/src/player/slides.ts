import { clock } from "./clock";
import { fill, type Slide } from "./island";
import type { Panel } from "./panel";
import type { Player } from "./playback";
import { Roster } from "./roster";
import { indexAt } from "./vtt";

/* Still slides: in the place of the picture ("slides and voice"), and as a strip beside it. */

export interface Slides {
  /** To the slide before or after the one shown. */
  step(steps: number): void;
}

export function attachSlides(player: Player, panel: Panel): Slides {
  const { island } = player;
  attachStage(player);
  if (island.slides.length) attachStrip(player, panel);
  return {
    step(steps) {
      const now = indexAt(island.slides, player.video.currentTime);
      const next = island.slides[Math.max(0, now + steps)];
      if (next) player.seekTo(next.start_s);
    },
  };
}

/** A slide as the browser likes it best: type by support, width by the room it has. */
function pictureOf(slide: Slide, sizes: string, alt: string): HTMLPictureElement {
  const picture = document.createElement("picture");
  const types = [...new Set(slide.images.map((image) => image.type))];
  const srcset = (type: string) =>
    slide.images
      .filter((image) => image.type === type)
      .map((image) => `${image.url} ${image.width}w`)
      .join(", ");
  const last = types.pop() ?? "";
  for (const type of types) {
    const source = document.createElement("source");
    source.type = type;
    source.sizes = sizes;
    source.srcset = srcset(type);
    picture.append(source);
  }
  const image = document.createElement("img");
  const widest = slide.images[slide.images.length - 1];
  image.alt = alt;
  image.decoding = "async";
  if (widest) {
    image.width = widest.width;
    image.height = widest.height;
  }
  image.sizes = sizes;
  image.srcset = srcset(last);
  picture.append(image);
  return picture;
}

function attachStage(player: Player): void {
  const { root, island } = player;
  const still = player.part("still");
  const stage = player.part("stage");
  if (!still || !stage || !island.slides.length) return;
  const always = !island.has_picture;
  let on = always;
  let shown = -1;
  let ahead: HTMLPictureElement | null = null;

  const sizes = () => `${Math.ceil(stage.clientWidth) || 640}px`;
  const altOf = (index: number) =>
    island.slides[index]?.text || fill(island.words["slide"], String(index + 1));
  const show = (at_s: number) => {
    if (!on) return;
    const index = Math.max(0, indexAt(island.slides, at_s));
    const slide = island.slides[index];
    if (index === shown || !slide) return;
    shown = index;
    still.replaceChildren(pictureOf(slide, sizes(), altOf(index)));
    // The next slide is fetched while this one is explained.
    const next = island.slides[index + 1];
    ahead = next && !player.video.paused ? pictureOf(next, sizes(), "") : null;
  };
  player.follow(show);
  player.video.addEventListener("playing", () => {
    const next = island.slides[shown + 1];
    if (on && next && !ahead) ahead = pictureOf(next, sizes(), "");
  });
  player.onMode((mode) => {
    on = always || mode === "slides";
    still.hidden = !on;
    root.toggleAttribute("data-stills", on);
    shown = -1;
    if (!on) still.replaceChildren();
    else show(player.video.currentTime);
  });
}

function attachStrip(player: Player, panel: Panel): void {
  const { island } = player;
  const body = panel.body("slides");
  const list = body?.querySelector<HTMLElement>("[data-slides]");
  if (!body || !list) return;
  const roster = new Roster(list, body, (index) => {
    const slide = island.slides[index];
    if (slide) player.seekTo(slide.start_s);
  });
  const total = String(island.slides.length);
  const draw = () => {
    if (list.childElementCount) return;
    const entries = island.slides.map((slide, index) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "player__slide";
      const name = fill(island.words["slideOf"], String(index + 1), total);
      button.setAttribute("aria-label", `${name}, ${clock(slide.start_s)}${slide.text ? `. ${slide.text.slice(0, 120)}` : ""}`);
      const thumb = { ...slide, images: narrowest(slide) };
      const picture = pictureOf(thumb, "10rem", "");
      const image = picture.querySelector("img");
      if (image) image.loading = "lazy";
      const time = document.createElement("span");
      time.className = "player__stamp";
      time.textContent = clock(slide.start_s);
      button.append(picture, time);
      item.append(button);
      return item;
    });
    list.append(...entries);
    roster.refresh();
    roster.mark(indexAt(island.slides, player.video.currentTime));
  };
  panel.onShow("slides", () => {
    const show = () => {
      draw();
      roster.reveal();
    };
    // What a reader opens comes at once; what stands open by itself takes nothing from the picture.
    if ("ready" in player.root.dataset) show();
    else player.whenCalm(show);
  });
  player.follow((at_s) => {
    if (list.childElementCount) roster.mark(indexAt(island.slides, at_s));
  });
}

/** The smallest image of each type: a strip must not cost what the lecture costs. */
function narrowest(slide: Slide): Slide["images"] {
  const types = [...new Set(slide.images.map((image) => image.type))];
  return types.flatMap((type) => slide.images.find((image) => image.type === type) ?? []);
}
