import { Enums, cache, eventTarget } from "@cornerstonejs/core";

/* Images that do not load, or load and cannot be drawn: Cornerstone leaves the last one standing, and
   keeps its promise all the same. Of the second all it does is to tell everybody that some failed. */

let failures = 0;

eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_ERROR, (event: Event) => {
  // What could not be loaded comes with its address, what could not be drawn as a list.
  if (Array.isArray((event as CustomEvent).detail)) failures += 1;
});

/** Lets `show` bring an image onto the screen; broken where it has not come, or was not drawn. */
export async function drawn(id: string, show: () => Promise<unknown>): Promise<void> {
  const before = failures;
  await show();
  if (failures !== before) throw new Error("loaded, not drawn");
  if (!cache.isLoaded(id)) throw new Error("not loaded");
}
