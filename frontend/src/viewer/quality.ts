import type { StackData } from "./data";

/* Which of a stack's two copies is shown: the true one, or the light one for slow lines. The reader's
   choice holds for all cases; without one the line decides. */

const KEPT = "viewbox-stack";
/** Below this the true stack of a usual series comes slower than anyone scrolls; bits a second. */
const SLOW_BIT_S = 5_000_000;
/** Smaller files say more of the server than of the line. */
const TELLING_BYTES = 100_000;

interface Line {
  saveData?: boolean;
  effectiveType?: string;
  /** Megabits a second, as far as the browser has seen. */
  downlink?: number;
}

export class Quality {
  private isLight: boolean;

  constructor(private readonly stacks: StackData[]) {
    const chosen = kept();
    this.isLight = chosen ? chosen === "light" : isSlow();
  }

  /** Whether there is anything to choose. */
  get isChoice(): boolean {
    return this.stacks.some((stack) => stack.light);
  }

  /** Whether the light copy of a stack is shown. */
  shows(stack: StackData): boolean {
    return this.isLight && Boolean(stack.light);
  }

  toggle(): void {
    this.isLight = !this.isLight;
    try {
      localStorage.setItem(KEPT, this.isLight ? "light" : "full");
    } catch {
      // Private windows may refuse; the choice then holds for this page.
    }
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** What the browser says of the line, or else how fast the viewer's own code came. */
function isSlow(): boolean {
  const line = (navigator as Navigator & { connection?: Line }).connection;
  if (line?.saveData || /^(slow-2g|2g|3g)$/.test(line?.effectiveType ?? "")) return true;
  const rates = performance
    .getEntriesByType("resource")
    .filter((entry) => entry instanceof PerformanceResourceTiming)
    .filter((entry) => entry.transferSize > TELLING_BYTES)
    .map((entry) => (8000 * entry.transferSize) / Math.max(1, entry.responseEnd - entry.responseStart));
  return rates.length > 0 && Math.max(...rates) < SLOW_BIT_S;
}
