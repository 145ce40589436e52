/* Bytes, speed and time in the page's language. */

const LANGUAGE = document.documentElement.lang || "en";

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** "1.4 GB"; with `perSecond` "2.1 MB/s". Steps of 1024, as the server counts. */
export function bytes(count: number, perSecond = false): string {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < BYTE_UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return new Intl.NumberFormat(LANGUAGE, {
    style: "unit",
    unit: BYTE_UNITS[step] + (perSecond ? "-per-second" : ""),
    unitDisplay: step === 0 && !perSecond ? "long" : "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** "40 seconds", "12 minutes", "2 hours": as exact as a forecast can be. */
export function duration(seconds: number): string {
  const [value, unit] =
    seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return new Intl.NumberFormat(LANGUAGE, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 0,
  }).format(Math.max(1, Math.round(value)));
}

export function percent(share: number): string {
  return new Intl.NumberFormat(LANGUAGE, { style: "percent" }).format(Math.floor(share * 100) / 100);
}

const WINDOW_MS = 8000;

/** Speed over the last seconds; null until there is something to go by. */
export class Speedometer {
  private samples: [at: number, bytes: number][] = [];

  note(sent: number): void {
    const now = performance.now();
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - (this.samples[0]?.[0] ?? now) > WINDOW_MS) {
      this.samples.shift();
    }
  }

  bytesPerSecond(): number | null {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last[0] - first[0] < 500 || last[1] <= first[1]) return null;
    return ((last[1] - first[1]) / (last[0] - first[0])) * 1000;
  }

  forget(): void {
    this.samples = [];
  }
}
