// Shows how far a batch is while a worker is at it: the part of the page is fetched anew.
const EVERY_MS = 3000;

async function refresh() {
  const shown = document.querySelector("[data-batch]");
  if (!shown?.hasAttribute("data-running")) return;
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-batch]");
    if (fresh) shown.replaceWith(fresh);
  } catch {
    // The line is gone for a moment: asked again below.
  }
  window.setTimeout(refresh, EVERY_MS);
}

window.setTimeout(refresh, EVERY_MS);
