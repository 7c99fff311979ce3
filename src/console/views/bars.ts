/**
 * Progress of work in several phases.
 *
 * @module
 */

import { Progress } from "../progress.ts";

/** Progress bars, one at a time, each from its first unit on: rates are those of the work shown. */
export class Bars {
  #shown: { readonly label: string; readonly progress: Progress } | undefined;

  /** Shows how far the phase called `label` is, in place of the phase before it. */
  update(label: string, unit: string, done: number, total: number): void {
    if (this.#shown?.label !== label) {
      this.finish();
      this.#shown = { label, progress: new Progress({ label, total, unit }) };
    }
    this.#shown.progress.update(done, undefined, total);
  }

  finish(): void {
    this.#shown?.progress.finish();
    this.#shown = undefined;
  }
}
