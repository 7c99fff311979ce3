/** Tells from the spread of embeddings that a network has collapsed. */

/**
 * Spread, as a share of 1/√d, below which embeddings count as collapsed. Where all records get the
 * same embedding the share is 0; over the whole sphere it is 1 (Chen & He 2021, section 4.1). After
 * {@linkcode SETTLED_STEPS} steps, SimCLR, BYOL and masked reconstruction have shown 0.2 or more, also
 * at learning rates far too high, so that a share of a twentieth is no slow start but a dead end.
 */
export const COLLAPSED_SHARE = 0.05;

/**
 * Steps before which nothing can be said. Running statistics of batch normalization begin at mean 0
 * and variance 1 and keep 0.9 of themselves in a step. Until that beginning is forgotten (0.9^50 =
 * 0.5 %), the embeddings of any network in evaluation mode lie close together: those of a fresh
 * SimCLR have a share of 0.01.
 */
export const SETTLED_STEPS = 50;

/** Gives the warning once, and again if the network recovers and collapses once more. */
export class CollapseAlarm {
  #warned = false;

  /**
   * @param share Spread as a share of 1/√d
   * @param steps Steps of training so far
   * @returns The warning, where there is reason for one that has not been given
   */
  warning(share: number, steps: number): string | undefined {
    if (steps < SETTLED_STEPS) return undefined;
    const collapsed = share < COLLAPSED_SHARE;
    const due = collapsed && !this.#warned;
    this.#warned = collapsed;
    if (!due) return undefined;
    return `Warning: the network has collapsed: nearly all records get the same embedding (spread ` +
      `${
        share.toFixed(3)
      }, below ${COLLAPSED_SHARE}). Stop, and try a smaller learning rate or other settings`;
  }
}
