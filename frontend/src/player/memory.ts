/* What this browser remembers of a reader's habits. Refused storage (private windows) is no fault. */

const PREFIX = "viewbox.player.";

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Holds for this page only.
  }
}
