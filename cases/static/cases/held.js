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
})();
