/* Keeps what is shown of running transcodings up to date, every two seconds, without a reload. */
(() => {
  const EVERY_MS = 2000;
  const source = document.currentScript;
  const statusesUrl = source ? source.dataset.statuses : "";

  function element(html) {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  }

  async function answer(url) {
    const response = await fetch(url, {
      credentials: "same-origin",
      headers: { "X-Requested-With": "XMLHttpRequest" },
    });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    return response;
  }

  async function refreshList() {
    const cells = [...document.querySelectorAll("[data-lecture-status]:not([data-final])")];
    if (!statusesUrl || !cells.length) return;
    const query = cells.map((cell) => `id=${cell.dataset.lectureStatus}`).join("&");
    const found = await (await answer(`${statusesUrl}?${query}`)).json();
    for (const cell of cells) {
      const html = found[cell.dataset.lectureStatus];
      if (html) cell.replaceWith(element(html));
      else cell.dataset.final = "";
    }
  }

  async function refreshPanel() {
    const panel = document.querySelector("[data-lecture-panel]:not([data-final])");
    // Whoever is about to press a button in it keeps it under their finger.
    if (!panel || panel.contains(document.activeElement)) return;
    panel.replaceWith(element(await (await answer(panel.dataset.lecturePanel)).text()));
  }

  async function tick() {
    if (!document.hidden) {
      // A server that is away for a moment is asked again.
      await Promise.allSettled([refreshList(), refreshPanel()]);
    }
    window.setTimeout(tick, EVERY_MS);
  }
  window.setTimeout(tick, EVERY_MS);
})();
