/** 75 → "1:15", 3675 → "1:01:15". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const s = String(whole % 60).padStart(2, "0");
  const m = Math.floor(whole / 60) % 60;
  const h = Math.floor(whole / 3600);
  return h ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

/** Seconds of an address's `t`: "75", "75s", "1m15s", "1h1m15s", "1:01:15"; null for anything else. */
export function parseMoment(text: string | null): number | null {
  const value = (text ?? "").trim();
  if (/^\d+(?::\d{1,2}){1,2}$/.test(value)) {
    return value.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  }
  const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(value);
  if (!value || !units) return null;
  return Number(units[1] ?? 0) * 3600 + Number(units[2] ?? 0) * 60 + Number(units[3] ?? 0);
}
