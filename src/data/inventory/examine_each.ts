/**
 * Goes through many files without deafening the process.
 *
 * @module
 */

/** Options of an inventory. */
export interface InventoryOptions {
  /** Read every sample and compare checksums, instead of comparing sizes with the headers. */
  readonly verify?: boolean;
  /** Called with the number of records examined so far and the number of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two pauses. */
const PAUSE_AFTER = 50;

/**
 * Calls `examine` for each item in order, and pauses now and then: timers run, so that a progress
 * bar moves and Ctrl-C is heard.
 *
 * @throws `signal.reason` when aborted; what `examine` throws
 */
export async function examineEach<Item>(
  items: readonly Item[],
  examine: (item: Item) => void,
  { onProgress, signal }: Pick<InventoryOptions, "onProgress" | "signal"> = {},
): Promise<void> {
  let paused = performance.now();
  for (const [i, item] of items.entries()) {
    examine(item);
    onProgress?.(i + 1, items.length);
    if (performance.now() - paused < PAUSE_AFTER) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    paused = performance.now();
  }
}
