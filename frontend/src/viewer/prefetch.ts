import { cache, imageLoader } from "@cornerstonejs/core";

import { memoryBudget } from "./engine";

/* Fetches a stack around the image that is being looked at: nearest first, both ways, never more
   than memory holds. Moving on re-orders what is left. */

interface Failure {
  status?: number;
  error?: Failure;
}

/** Whether the server said that a file is not there: the loader's error is or holds its request. */
export function isGone(error: unknown): boolean {
  const failure = error as Failure | null | undefined;
  const status = failure?.status ?? failure?.error?.status;
  return status === 404 || status === 410;
}

export class Prefetch {
  private readonly wanted: Set<number>;
  private running = 0;
  private at = 0;
  private stopped = false;
  private done = 0;

  constructor(
    private readonly imageIds: string[],
    private readonly options: {
      bytesPerImage: number;
      /** How many stacks share the memory. */
      sharers: number;
      lanes: number;
      onLoaded: (done: number) => void;
      /** Files that are not there any more: nothing more is asked for. */
      onGone: () => void;
    },
  ) {
    this.wanted = new Set(imageIds.keys());
  }

  /** How far to each side the memory reaches. */
  private get reach(): number {
    const room = memoryBudget() / this.options.sharers / Math.max(1, this.options.bytesPerImage);
    return Math.max(2, Math.floor((room * 0.9) / 2));
  }

  around(at: number): void {
    this.at = at;
    this.fill();
  }

  loaded(at: number): void {
    if (this.wanted.delete(at)) this.count();
  }

  stop(): void {
    this.stopped = true;
  }

  private count(): void {
    this.done += 1;
    this.options.onLoaded(this.done);
  }

  private next(): number | null {
    let best: number | null = null;
    let least = Math.min(this.reach, this.imageIds.length) + 1;
    for (const index of this.wanted) {
      // What lies ahead by a little counts as nearer than what lies behind by as much.
      const distance = Math.abs(index - this.at) + (index < this.at ? 0.5 : 0);
      if (distance < least) [best, least] = [index, distance];
    }
    return best;
  }

  private fill(): void {
    while (!this.stopped && this.running < this.options.lanes) {
      const index = this.next();
      if (index === null) return;
      this.wanted.delete(index);
      this.running += 1;
      void this.load(index);
    }
  }

  private async load(index: number): Promise<void> {
    const id = this.imageIds[index];
    try {
      if (id && !cache.isLoaded(id)) {
        await imageLoader.loadAndCacheImage(id, {
          useRGBA: false,
          priority: 0,
          requestType: "prefetch",
        } as Parameters<typeof imageLoader.loadAndCacheImage>[1]);
      }
      this.count();
    } catch (error) {
      // Whoever scrolls there will be told of the others.
      if (isGone(error) && !this.stopped) {
        this.stop();
        this.options.onGone();
      }
    } finally {
      this.running -= 1;
      this.fill();
    }
  }
}
