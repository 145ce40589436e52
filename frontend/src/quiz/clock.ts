/* The time left of an attempt. The server decides when it is over; this only shows it. */

const WARN_AT_S = 300;

function timecode(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function bindClock(clock: HTMLElement): void {
  const shown = clock.querySelector<HTMLElement>("[data-time-left]");
  const warning = clock.querySelector<HTMLElement>("[data-time-warning]");
  // Of the page's own clock, so that a telephone that slept counts right when it wakes.
  let end = performance.now() + Number(clock.dataset.secondsLeft) * 1000;
  let before = Infinity;
  // Each saving tells the time left anew: it grows when the hub was away.
  document.addEventListener("viewbox:time-left", (event) => {
    end = performance.now() + (event as CustomEvent<number>).detail * 1000;
  });
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (shown) shown.textContent = timecode(left);
    if (warning && left <= WARN_AT_S && before > WARN_AT_S && before !== Infinity) {
      warning.textContent = warning.dataset.text ?? "";
    }
    before = left;
    if (left > 0) return;
    clearInterval(timer);
    // What is unsaved goes first: forms that save themselves answer this event.
    document.dispatchEvent(new Event("viewbox:time-up"));
  }, 500);
}
