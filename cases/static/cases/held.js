/* Rectangles over the frames of a held instance: drawn by dragging, kept as lines of numbers. */
(() => {
  const area = document.querySelector("[data-held-frames]");
  const field = document.querySelector("textarea[name=rectangles]");
  if (!area || !field) return;

  const lines = () =>
    field.value
      .split("\n")
      .map((line) => line.trim().split(/[\s,]+/).map(Number))
      .filter((parts) => parts.length === 4 && parts.every(Number.isFinite));

  const show = () => {
    area.querySelectorAll(".held-mask").forEach((mask) => mask.remove());
    area.querySelectorAll("img").forEach((image) => {
      if (!image.naturalWidth) return;
      const scale = image.clientWidth / image.naturalWidth;
      lines().forEach(([column, row, width, height]) => {
        const mask = document.createElement("div");
        mask.className = "held-mask";
        // Pictures are not mirrored in right-to-left pages: physical sides are meant.
        mask.style.left = `${image.offsetLeft + column * scale}px`;
        mask.style.top = `${image.offsetTop + row * scale}px`;
        mask.style.width = `${width * scale}px`;
        mask.style.height = `${height * scale}px`;
        image.parentElement.append(mask);
      });
    });
  };

  const place = (image, event) => {
    const box = image.getBoundingClientRect();
    const scale = image.naturalWidth / box.width;
    const inside = (value, most) => Math.round(Math.min(Math.max(value * scale, 0), most));
    return [
      inside(event.clientX - box.left, image.naturalWidth),
      inside(event.clientY - box.top, image.naturalHeight),
    ];
  };

  let start = null;
  area.addEventListener("pointerdown", (event) => {
    if (event.target.tagName !== "IMG") return;
    start = { image: event.target, at: place(event.target, event) };
    event.target.setPointerCapture(event.pointerId);
  });
  area.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [column, row] = place(start.image, event);
    const [from, down] = start.at;
    start = null;
    const width = Math.abs(column - from);
    const height = Math.abs(row - down);
    if (width < 2 || height < 2) return;
    const line = [Math.min(column, from), Math.min(row, down), width, height].join(", ");
    field.value = field.value.trim() ? `${field.value.trim()}\n${line}` : line;
    show();
  });
  field.addEventListener("input", show);
  window.addEventListener("resize", show);
  area.querySelectorAll("img").forEach((image) => image.addEventListener("load", show));
  // Pictures may have come before this script.
  show();

  // A long loop is looked at one frame after another, in one place; rectangles stay over all.
  const PLAYED_MS = 200;
  const controls = document.querySelector("[data-held-controls]");
  if (!controls) return;

  const figures = [...area.querySelectorAll(".held-frame")];
  const slider = controls.querySelector("[data-held-slider]");
  const play = controls.querySelector("[data-held-play]");
  const told = controls.querySelector("[data-held-told]");
  const seen = new Set();
  let timer = 0;
  let at = 0;

  const say = (name, values) =>
    controls.dataset[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));

  const tell = () => {
    const frame = say("frame", { number: at + 1, count: figures.length });
    slider.value = String(at + 1);
    slider.setAttribute("aria-valuetext", frame);
    told.textContent = `${frame} · ${say("seen", { seen: seen.size, count: figures.length })}`;
  };

  const turnTo = (number) => {
    at = Math.min(Math.max(number, 0), figures.length - 1);
    figures.forEach((figure, place) => (figure.hidden = place !== at));
    figures[at].querySelector("img").loading = "eager";
    show();
    tell();
  };

  const pause = () => {
    clearTimeout(timer);
    timer = 0;
    play.textContent = controls.dataset.play;
  };

  // The next frame comes when this one has been seen, however slow the line is.
  const goOn = () => {
    if (at >= figures.length - 1) return pause();
    if (figures[at].querySelector("img").complete) turnTo(at + 1);
    timer = setTimeout(goOn, PLAYED_MS);
  };

  figures.forEach((figure, place) => {
    const image = figure.querySelector("img");
    const note = () => {
      seen.add(place);
      tell();
    };
    image.addEventListener("load", note);
    if ("heldLooked" in figure.dataset || (image.complete && image.naturalWidth)) seen.add(place);
  });
  controls.querySelectorAll("[data-held-step]").forEach((button) =>
    button.addEventListener("click", () => {
      pause();
      turnTo(at + Number(button.dataset.heldStep));
    }),
  );
  slider.addEventListener("input", () => {
    pause();
    turnTo(Number(slider.value) - 1);
  });
  play.addEventListener("click", () => {
    if (timer) return pause();
    if (at >= figures.length - 1) turnTo(0);
    play.textContent = controls.dataset.pause;
    timer = setTimeout(goOn, PLAYED_MS);
  });
  controls.hidden = false;
  turnTo(0);
})();
