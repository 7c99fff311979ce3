/** How the learning rate goes over a run. */

/** `constant`, or `cosine`: falling to 0 as half a cosine (Loshchilov & Hutter 2017). */
export type LearningRateSchedule = "constant" | "cosine";

/**
 * The learning rate of a step. With `cosine`
 *
 *   rate · (1 + cos(π step / total)) / 2
 *
 * @param rate That of the first step
 * @param step Counted from 0
 * @param total Steps of the whole run
 * @throws {RangeError} When the cosine is not told the number of steps.
 */
export function scheduledRate(
  schedule: LearningRateSchedule,
  rate: number,
  step: number,
  total: number,
): number {
  if (schedule === "constant") return rate;
  if (!(total >= 1)) {
    throw new RangeError(`The cosine schedule needs the number of steps, got ${total}`);
  }
  return rate * 0.5 * (1 + Math.cos(Math.PI * Math.min(step / total, 1)));
}
