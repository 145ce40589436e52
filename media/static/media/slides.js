/* "Now" beside each slide takes over the second that is being heard. */
(() => {
  const player = document.querySelector("[data-slides-player]");
  if (!player) return;

  function clock(seconds) {
    const tenths = Math.round(seconds * 10);
    const minutes = Math.floor(tenths / 600);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
    const hours = Math.floor(minutes / 60);
    return hours
      ? `${hours}:${String(minutes % 60).padStart(2, "0")}:${rest}`
      : `${minutes}:${rest}`;
  }

  for (const row of document.querySelectorAll("[data-slides-row]")) {
    const button = row.querySelector("[data-slides-now]");
    const input = row.querySelector("input");
    if (!button || !input) continue;
    button.hidden = false;
    button.setAttribute("aria-describedby", input.id);
    button.addEventListener("click", () => {
      input.value = clock(player.currentTime);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      // While one listens, the next slide is one key away.
      row.nextElementSibling?.querySelector("[data-slides-now]")?.focus();
    });
  }
})();
