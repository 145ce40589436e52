import { Enums, eventTarget } from "@cornerstonejs/core";

/* Images that load and cannot be drawn: Cornerstone leaves the last one standing, and keeps its
   promise all the same. All it does is to tell everybody that some image failed. */

let failures = 0;

eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_ERROR, (event: Event) => {
  // What could not be loaded comes with its address, what could not be drawn as a list.
  if (Array.isArray((event as CustomEvent).detail)) failures += 1;
});

/** What `show` gives; broken where something could not be drawn meanwhile. */
export async function drawn<T>(show: () => Promise<T>): Promise<T> {
  const before = failures;
  const shown = await show();
  if (failures !== before) throw new Error("loaded, not drawn");
  return shown;
}
