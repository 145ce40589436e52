import type { Drawn, Draws } from "./drawing";
import type { Mark, Shape } from "./marks";
import type { Pointing } from "./pointing";
import type { StackPane } from "./stack-pane";

/* The author's page: shapes drawn on the stack become rows with their words, and are sent as JSON
   (cases/marks.py reads it). */

interface Edited extends Omit<Mark, "label"> {
  id: string;
  label: Record<string, string>;
  phrase: Record<string, string>;
}

const SHAPES: Record<string, Draws> = {
  arrow: "arrow",
  ellipse: "outline",
  line: "line",
  point: "point",
};

export function edit(root: HTMLElement, viewer: Pointing): void {
  const language = root.dataset["language"] ?? "en";
  const word = (name: string): string => root.dataset[`word${name}`] ?? "";
  const list = root.querySelector<HTMLElement>("[data-marks-list]");
  const form = root.querySelector<HTMLFormElement>("[data-marks-form]");
  const field = form?.querySelector<HTMLInputElement>("input[name=marks]");
  if (!list || !form || !field) throw new Error("incomplete page");
  let marks = JSON.parse(document.getElementById("marks-stored")?.textContent ?? "[]") as Edited[];

  const show = (): void => {
    viewer.edited = marks.map((mark) => ({
      ...mark,
      kind: "author",
      label: mark.label[language] ?? "",
    }));
    viewer.redraw();
  };

  const input = (mark: Edited, of: "label" | "phrase", text: string): HTMLElement => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "text";
    box.maxLength = 200;
    box.value = mark[of][language] ?? "";
    box.addEventListener("input", () => {
      mark[of][language] = box.value;
      show();
    });
    label.append(text, box);
    return label;
  };

  const button = (text: string, act: () => void): HTMLElement => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button--plain";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  const row = (mark: Edited): HTMLElement => {
    const item = document.createElement("li");
    const title = document.createElement("span");
    const name = word(mark.shape.charAt(0).toUpperCase() + mark.shape.slice(1));
    title.textContent = `${name}, ${word("Image").replace("{image}", String(mark.at + 1))}`;
    item.append(
      title,
      input(mark, "phrase", word("Phrase")),
      input(mark, "label", word("Label")),
      button(word("Go"), () => void viewer.goToMark(mark.id)),
      button(word("Window"), () => {
        mark.window = viewer.window;
        show();
      }),
      button(word("Remove"), () => {
        marks = marks.filter((one) => one !== mark);
        print();
      }),
    );
    return item;
  };

  const print = (): void => {
    list.replaceChildren(...marks.map(row));
    show();
  };

  const keep = (drawn: Pick<Edited, "shape" | "series" | "at" | "points" | "radii">): void => {
    marks.push({
      id: crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36).padStart(7, "0") ?? "",
      kind: "author",
      ...drawn,
      window: viewer.window,
      label: {},
      phrase: {},
    });
    print();
  };
  const take = (shape: Shape) => (pane: StackPane, drawn: Drawn) =>
    keep({ shape, series: pane.stack.key, ...drawn });

  for (const choice of root.querySelectorAll<HTMLElement>("[data-draw]")) {
    const shape = choice.dataset["draw"] ?? "point";
    choice.addEventListener("click", () => {
      if (shape === "key") {
        keep({ shape, ...viewer.place, points: [], radii: null });
        return;
      }
      void viewer.draw(SHAPES[shape] ?? "point", choice.textContent ?? "", take(shape as Shape));
    });
  }
  form.addEventListener("submit", () => {
    field.value = JSON.stringify(marks);
  });
  root.toggleAttribute("data-ready", true);
  print();
}
