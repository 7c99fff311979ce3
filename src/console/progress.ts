/**
 * Progress of a long job: a bar with rate and remaining time on a terminal, a line now and then
 * anywhere else.
 */

import { formatClock, formatCount, formatPercent, formatRate } from "../text/format.ts";
import { displayWidth, truncate } from "../text/width.ts";
import { isTerminal, styled, terminalWidth, usesColor } from "./terminal.ts";

/** Where progress is written; replaced in tests. */
export interface ProgressTarget {
  /** Whether the bar may be redrawn in place. */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Columns now (a window may be resized). */
  width(): number;
  /** Writes to the stream of the bar, without a line break of its own. */
  write(text: string): void;
  /** Prints a line that stays. */
  print(line: string): void;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** Settings of a {@link Progress}. */
export interface ProgressOptions {
  /** What is being done: "Reading records", "Epoch 3/20". */
  readonly label: string;
  /** Units in all. Default 1, until the first update says it. */
  readonly total?: number;
  /** Name of a unit, plural: "records", "samples". Default "steps". */
  readonly unit?: string;
  /** Seconds left, where they are better known than from the recent rate; NaN: not yet known. */
  readonly left?: () => number;
  readonly target?: ProgressTarget;
}

/** The bar goes to stderr, so that a piped stdout holds results only. */
function standardTarget(): ProgressTarget {
  const encoder = new TextEncoder();
  return {
    interactive: isTerminal(Deno.stderr),
    color: usesColor(Deno.stderr),
    width: terminalWidth,
    write(text) {
      try {
        Deno.stderr.writeSync(encoder.encode(text));
      } catch (error) {
        // A closed stderr must not end a training run.
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
    },
    print: (line) => console.log(line),
    now: () => performance.now(),
  };
}

const REDRAW_MS = 100;
/** Rate and remaining time are taken over this stretch, so that they follow a change of speed. */
const RATE_WINDOW_MS = 15_000;
const PLAIN_SHARE = 0.1;
const PLAIN_LEAST_MS = 1_000;
const PLAIN_QUIET_MS = 15_000;
const CLEAR_TO_END = "\x1b[K";

/**
 * One job with a known number of units.
 *
 * On a terminal one line is redrawn at most ten times a second; a narrow window loses first the
 * detail, then the bar. Elsewhere a line appears every tenth of the work (not more than one a
 * second), and after 15 s without one (each wait without a tenth doubles the next).
 */
export class Progress {
  readonly #label: string;
  readonly #unit: string;
  readonly #left: (() => number) | undefined;
  readonly #target: ProgressTarget;
  readonly #start: number;
  readonly #history: { at: number; done: number }[];
  #total: number;
  #done = 0;
  #detail = "";
  #lastDraw = -Infinity;
  #lastPlain: { at: number; share: number };
  #quiet = PLAIN_QUIET_MS;
  #drawn = false;
  #finished = false;

  /** Starts the clock. Nothing is written before the first update. */
  constructor(options: ProgressOptions) {
    this.#label = options.label;
    this.#unit = options.unit ?? "steps";
    this.#left = options.left;
    this.#total = options.total ?? 1;
    this.#target = options.target ?? standardTarget();
    this.#start = this.#target.now();
    this.#history = [{ at: this.#start, done: 0 }];
    this.#lastPlain = { at: this.#start, share: 0 };
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return (this.#target.now() - this.#start) / 1000;
  }

  /** Units a second over the recent past; NaN before the first update. */
  get rate(): number {
    const first = this.#history[0];
    const latest = this.#history[this.#history.length - 1];
    return latest.at > first.at ? (latest.done - first.done) * 1000 / (latest.at - first.at) : NaN;
  }

  /**
   * Says how far the job is.
   *
   * @param done Units done so far, not since the last call
   * @param detail Shown at the end of the line, such as "loss 4.123"; kept until replaced
   * @param total A better estimate of the total
   */
  update(done: number, detail?: string, total?: number): void {
    if (this.#finished) return;
    this.#done = done;
    if (detail !== undefined) this.#detail = detail;
    if (total !== undefined) this.#total = total;
    const now = this.#target.now();
    this.#history.push({ at: now, done });
    while (this.#history.length > 2 && this.#history[1].at < now - RATE_WINDOW_MS) {
      this.#history.shift();
    }
    if (this.#target.interactive) {
      if (now - this.#lastDraw >= REDRAW_MS || done >= this.#total) this.#draw(now);
    } else this.#plain(now);
  }

  /** The same for what counts done and total: `onProgress: progress.report`. */
  readonly report = (done: number, total: number): void => this.update(done, undefined, total);

  /** Prints a line that stays above the bar, such as the result of an epoch. */
  log(line: string): void {
    this.#erase();
    this.#target.print(line);
    if (this.#target.interactive && !this.#finished) this.#draw(this.#target.now());
  }

  /** Removes the bar and prints a last line, if given. Later updates do nothing. */
  finish(line?: string): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#erase();
    if (line !== undefined) this.#target.print(line);
  }

  /** Same as {@link Progress.finish} without a line, so that an error does not leave half a bar. */
  [Symbol.dispose](): void {
    this.finish();
  }

  get #share(): number {
    return this.#total > 0 ? Math.min(1, Math.max(0, this.#done / this.#total)) : 0;
  }

  #erase(): void {
    if (this.#drawn) this.#target.write(`\r${CLEAR_TO_END}`);
    this.#drawn = false;
  }

  /** Erasing what is left of the old line last avoids flicker. */
  #draw(now: number): void {
    this.#lastDraw = now;
    this.#drawn = true;
    // The last column stays empty: some terminals wrap as soon as it is written.
    this.#target.write(`\r${this.#line(this.#target.width() - 1)}${CLEAR_TO_END}`);
  }

  #numbers(): string[] {
    const rate = this.rate;
    const left = this.#left?.() ?? (this.#total - this.#done) / rate;
    return [
      `${formatCount(this.#done)}/${formatCount(this.#total)}`,
      formatRate(rate, this.#unit),
      `${formatClock(left)} left`,
    ];
  }

  #line(width: number): string {
    const percent = formatPercent(this.#share).padStart(4);
    const numbers = this.#numbers();
    const detail = this.#detail === "" ? [] : [this.#detail];
    // From the richest to the poorest that fits; the bar takes what is left, 10 to 30 cells.
    const variants = [[...numbers, ...detail], numbers, numbers.slice(1), numbers.slice(2)];
    for (const parts of variants) {
      const tail = parts.join("  ");
      const room = width - displayWidth(`${this.#label} ${percent}   ${tail}`);
      if (room < 10) continue;
      const cells = Math.min(30, room);
      const filled = Math.round(cells * this.#share);
      const bar = styled("━".repeat(filled), "green", this.#target.color) +
        styled("─".repeat(cells - filled), "dim", this.#target.color);
      return `${this.#label} ${percent} ${bar}  ${tail}`;
    }
    return truncate(`${this.#label} ${percent}  ${numbers[2]}`, width);
  }

  #plain(now: number): void {
    const sinceLine = now - this.#lastPlain.at;
    // The tolerance keeps 0.3 - 0.2 from being less than 0.1.
    const tenth = this.#share - this.#lastPlain.share >= PLAIN_SHARE - 1e-9 &&
      sinceLine >= PLAIN_LEAST_MS;
    const silent = sinceLine >= this.#quiet;
    if (!tenth && !silent) return;
    this.#quiet = tenth ? PLAIN_QUIET_MS : this.#quiet * 2;
    this.#lastPlain = { at: now, share: this.#share };
    const parts = [...this.#numbers(), ...(this.#detail === "" ? [] : [this.#detail])];
    this.#target.write(`${this.#label} ${formatPercent(this.#share)}  ${parts.join("  ")}\n`);
  }
}

/** Progress bars, one at a time, each from its first unit on: rates are those of the work shown. */
export class Bars {
  #shown: { readonly label: string; readonly progress: Progress } | undefined;

  /** Shows how far the phase called `label` is, in place of the phase before it. */
  update(label: string, unit: string, done: number, total: number): void {
    if (this.#shown?.label !== label) {
      this.finish();
      this.#shown = { label, progress: new Progress({ label, unit }) };
    }
    this.#shown.progress.report(done, total);
  }

  finish(): void {
    this.#shown?.progress.finish();
    this.#shown = undefined;
  }

  [Symbol.dispose](): void {
    this.finish();
  }
}
