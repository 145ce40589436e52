import "./regions.css";

import { Board, type Words } from "./board";
import { listBefore } from "./fields";

/* A drawing board in every form of a picture question, those added to the page later too. */

const told = document.getElementById("regions-words");
const { words, address } = JSON.parse(told?.textContent ?? "{}") as { words: Words; address: string };
const boards = new Map<HTMLElement, Board>();

function look(): void {
  for (const form of document.querySelectorAll<HTMLElement>("[data-draws-regions]")) {
    const list = listBefore(form);
    if (!boards.has(form) && list) {
      const board = new Board(form, words, (image) => address.replace("/0/", `/${image}/`));
      boards.set(form, board);
      list.before(board.root);
    }
  }
  for (const [form, board] of boards) {
    if (!form.isConnected) boards.delete(form);
    else board.refresh();
  }
}

let asked = 0;
function lookSoon(): void {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(look);
}

if (told) {
  // Blocks come and go without telling; what we draw ourselves is no news.
  new MutationObserver((changes) => {
    const target = (one: MutationRecord) => (one.target instanceof Element ? one.target : one.target.parentElement);
    if (changes.some((one) => !target(one)?.closest(".regions"))) lookSoon();
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["value", "style"] });
  document.addEventListener("change", lookSoon);
  look();
}
