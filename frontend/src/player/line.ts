/* Is the line thin? What the browser says of it, where it says anything. */

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
  /** Mbit/s, rounded and capped by the browser. */
  downlink?: number;
}

const THIN_MBITS = 0.9;

function connection(): Connection {
  return (navigator as unknown as { connection?: Connection }).connection ?? {};
}

/** The reader asked the browser to save data: nothing is fetched before they play. */
export function savesData(): boolean {
  return connection().saveData === true;
}

export function lineIsThin(): boolean {
  const { effectiveType = "", downlink } = connection();
  if (savesData() || ["slow-2g", "2g", "3g"].includes(effectiveType)) return true;
  return downlink !== undefined && downlink > 0 && downlink < THIN_MBITS;
}
