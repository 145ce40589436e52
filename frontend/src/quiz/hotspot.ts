/*
 * Marks on a picture. Without script the picture is an <input type=image> whose clicks the server
 * turns into marks; here they are set at once, and arrow keys move a cross.
 */

const SVG = "http://www.w3.org/2000/svg";

interface Mark {
  x: number;
  y: number;
}

const round = (value: number): number => Math.round(Math.min(100, Math.max(0, value)) * 100) / 100;

export function bindHotspot(box: HTMLElement): void {
  const form = box.closest("form");
  const picture = box.querySelector<HTMLInputElement>("input[type=image]");
  const over = box.querySelector<SVGSVGElement>("[data-over]");
  const list = form?.querySelector<HTMLElement>("[data-marks]");
  const [left, top] = ["[data-x]", "[data-y]"].map((name) => form?.querySelector<HTMLInputElement>(name));
  if (!form || !picture || !over || !list || !left || !top) return;
  const wanted = Number(box.dataset.wanted);
  const cross: Mark = { x: 50, y: 50 };
  let crossShown = false;
  let marks: Mark[] = [...list.querySelectorAll<HTMLInputElement>("input[name=point]")].map((point) => {
    const [x, y] = point.value.split(",").map(Number);
    return { x: x ?? 0, y: y ?? 0 };
  });

  box.classList.add("hotspot--scaled");
  picture.tabIndex = -1;
  box.title = box.dataset.keysText ?? "";

  const shape = (name: string, attributes: Record<string, string | number>, text = ""): SVGElement => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    return element;
  };

  const draw = (): void => {
    over.replaceChildren(
      ...marks.flatMap((mark, place) => [
        shape("circle", { class: "hotspot__mark", cx: `${mark.x}%`, cy: `${mark.y}%`, r: 9 }),
        shape("text", { x: `${mark.x}%`, y: `${mark.y}%`, dy: 4, "text-anchor": "middle" }, `${place + 1}`),
      ]),
    );
    if (!crossShown) return;
    over.append(
      shape("line", { class: "hotspot__cross", x1: `${cross.x}%`, x2: `${cross.x}%`, y1: 0, y2: "100%" }),
      shape("line", { class: "hotspot__cross", x1: 0, x2: "100%", y1: `${cross.y}%`, y2: `${cross.y}%` }),
    );
  };

  const print = (): void => {
    list.replaceChildren(
      ...marks.map((mark, place) => {
        const row = document.createElement("li");
        const field = Object.assign(document.createElement("input"), {
          type: "hidden",
          name: "point",
          value: `${mark.x},${mark.y}`,
        });
        const text = Object.assign(document.createElement("span"), {
          textContent: `${place + 1}: ${mark.x} % → · ${mark.y} % ↓ `,
        });
        const button = Object.assign(document.createElement("button"), {
          type: "button",
          className: "button button--plain",
          textContent: box.dataset.removeText ?? "×",
        });
        button.addEventListener("click", () => {
          marks.splice(place, 1);
          changed();
          box.focus();
        });
        row.append(field, text, button);
        return row;
      }),
    );
  };

  const changed = (): void => {
    print();
    draw();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const add = (mark: Mark): void => {
    marks = [...marks, { x: round(mark.x), y: round(mark.y) }].slice(-wanted);
    left.value = top.value = "";
    changed();
  };

  picture.addEventListener("click", (event) => {
    event.preventDefault();
    const frame = picture.getBoundingClientRect();
    if (!event.detail) return; // Enter, not a click
    add({
      x: (100 * (event.clientX - frame.left)) / frame.width,
      y: (100 * (event.clientY - frame.top)) / frame.height,
    });
  });

  form.querySelector("button[name=add]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const [x, y] = [left, top].map((field) => Number(field.value.replace(",", ".")));
    if (left.value && top.value && x !== undefined && y !== undefined && x >= 0 && x <= 100 && y >= 0 && y <= 100) {
      add({ x, y });
    } else {
      (left.value ? top : left).focus();
    }
  });

  box.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 5 : 1;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      crossShown = true;
      cross.x = round(cross.x + move[0]);
      cross.y = round(cross.y + move[1]);
      left.value = String(cross.x);
      top.value = String(cross.y);
      draw();
    } else if (event.key === "Enter" && crossShown && event.target === box) {
      event.preventDefault();
      add(cross);
    }
  });

  print();
  draw();
}
