/** Examines many files while the process stays responsive. */

import type { InventoryOptions } from "./inventory.ts";

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
