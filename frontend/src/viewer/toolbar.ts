/* A toolbar is one stop of the Tab key; arrows go from tool to tool (ARIA practices). */

const CONTROLS = "button, select";

export function rove(bar: HTMLElement): void {
  const controls = () =>
    [...bar.querySelectorAll<HTMLElement>(CONTROLS)].filter((control) => !control.hidden);
  const settle = (current: HTMLElement | undefined) => {
    for (const control of bar.querySelectorAll<HTMLElement>(CONTROLS)) {
      control.tabIndex = control === current ? 0 : -1;
    }
  };
  settle(controls()[0]);
  bar.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLElement && event.target.matches(CONTROLS)) settle(event.target);
  });
  bar.addEventListener("keydown", (event) => {
    const all = controls();
    const at = all.indexOf(event.target as HTMLElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const isRtl = getComputedStyle(bar).direction === "rtl";
    const moves: Record<string, number> = {
      [isRtl ? "ArrowLeft" : "ArrowRight"]: at + 1,
      [isRtl ? "ArrowRight" : "ArrowLeft"]: at - 1,
      Home: 0,
      End: all.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = all[(to + all.length) % all.length];
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
