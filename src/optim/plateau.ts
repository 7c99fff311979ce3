/** A learning rate that falls when the validation loss no longer does. */

/** Settings of {@linkcode plateauRate}. */
export interface Plateau {
  /** What the rate is multiplied with, in (0, 1). */
  readonly factor: number;
  /** Epochs without a better loss that are allowed. */
  readonly patience: number;
}

/** A loss counts as better when it is lower by this share, as PyTorch has it. */
const THRESHOLD = 1e-4;

/**
 * The learning rate after the epochs so far, as PyTorch's ReduceLROnPlateau sets it: a pure function of
 * the losses, so resuming needs no state of it.
 *
 * @param rate At the start.
 * @param losses Validation loss of every epoch, in order.
 */
export function plateauRate(
  rate: number,
  losses: readonly number[],
  { factor, patience }: Plateau,
): number {
  let best = Infinity;
  let bad = 0;
  for (const loss of losses) {
    if (loss < best * (1 - THRESHOLD)) {
      best = loss;
      bad = 0;
    } else {
      bad++;
    }
    if (bad > patience) {
      rate *= factor;
      bad = 0;
    }
  }
  return rate;
}
