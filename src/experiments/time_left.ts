/**
 * How long the rest of a plan takes, learned from what was measured so far.
 *
 * @module
 */

/** What a new measurement leaves of the weight of those before it, for each of its units. */
const MEMORY = 0.9;

interface Kind {
  readonly cost: number;
  left: number;
  /** Seconds and units measured, faded by age. */
  seconds: number;
  units: number;
}

/**
 * Time left of work of several kinds, such as epochs of pretraining, epochs of fine-tuning and what a
 * run does around its epochs. Every kind learns its own time a unit, newer measurements counting more.
 * A kind that was not measured yet takes the time of those that were, by the ratio of their costs.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { TimeLeft } from "ssrl-ecg";
 * const time = new TimeLeft();
 * time.plan("pretraining", 10, 6);
 * time.plan("fine-tuning", 20, 3);
 * assert(Number.isNaN(time.seconds)); // nothing is known yet
 * time.done("pretraining", 1, 60);
 * assert(time.seconds === 9 * 60 + 20 * 30);
 * ```
 */
export class TimeLeft {
  readonly #kinds = new Map<string, Kind>();

  /**
   * Adds work that is to be done.
   *
   * @param units How many, 0 or more.
   * @param cost How much a unit takes in comparison with a unit of other kinds, above 0; the first
   * that is named for a kind counts.
   * @throws {RangeError} When a number is out of its range.
   */
  plan(kind: string, units: number, cost = 1): void {
    if (!(units >= 0) || !(cost > 0)) {
      throw new RangeError(`Cannot plan ${units} units of cost ${cost}: give 0 or more, above 0`);
    }
    const known = this.#kinds.get(kind);
    if (known) known.left += units;
    else this.#kinds.set(kind, { cost, left: units, seconds: 0, units: 0 });
  }

  /**
   * Takes units off what is left.
   *
   * @param seconds How long they took together; absent: unknown, as of work found done.
   * @throws {RangeError} When the kind was not planned.
   */
  done(kind: string, units: number, seconds?: number): void {
    const known = this.#of(kind);
    known.left = Math.max(0, known.left - units);
    if (seconds !== undefined) this.measured(kind, units, seconds);
  }

  /** Notes how long units took that were never part of the plan, such as those of an earlier start. */
  measured(kind: string, units: number, seconds: number): void {
    const known = this.#of(kind);
    const kept = MEMORY ** units;
    known.seconds = kept * known.seconds + seconds;
    known.units = kept * known.units + units;
  }

  /** Seconds left; NaN before the first measurement, 0 when nothing is left. */
  get seconds(): number {
    const kinds = [...this.#kinds.values()];
    const measured = kinds.filter(({ units }) => units > 0);
    const perCost =
      measured.reduce((sum, { seconds, units, cost }) => sum + seconds / (units * cost), 0) /
      measured.length; // NaN without any
    return kinds.reduce((sum, { left, seconds, units, cost }) => {
      if (left === 0) return sum;
      return sum + left * (units > 0 ? seconds / units : perCost * cost);
    }, 0);
  }

  #of(kind: string): Kind {
    const known = this.#kinds.get(kind);
    if (known === undefined) throw new RangeError(`Work of kind ${kind} was not planned`);
    return known;
  }
}
