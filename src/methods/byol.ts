/**
 * BYOL (Grill, Strub, Altché, Tallec, Richemond et al. 2020): the online network predicts, from one
 * view of a record, what the target network makes of the other; both ways, and the two losses add up.
 *
 *   L = r(prediction(x1), target(x2)) + r(prediction(x2), target(x1))
 *
 * The two views go through each network one after the other, as in the authors' code: batch norm
 * takes its statistics from one view at a time, and running statistics move twice a step. No gradient
 * reaches the target, which follows the online network as a moving average.
 *
 * @module
 */

import type { AugmentationConfig } from "../augment/augmentations.ts";
import { recordInput } from "../augment/record_input.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { byolRegression, recordByolLoss } from "../losses/byol_regression.ts";
import type { Byol } from "../models/byol.ts";
import type { Batch, Method } from "./batch.ts";

/** How the target's momentum develops over a run. */
export const MOMENTUM_SCHEDULES = ["constant", "cosine"] as const;
/** One of {@linkcode MOMENTUM_SCHEDULES}. */
export type MomentumSchedule = typeof MOMENTUM_SCHEDULES[number];

/** Settings of BYOL. */
export interface ByolSettings {
  /** Share of the target that stays in a step, 0 to 1; 0.999. Under `cosine`, that of the first step. */
  readonly momentum: number;
  /**
   * `constant`, or `cosine`, which ends at 1: momentum 1 - (1 - momentum) (cos(pi k / K) + 1) / 2 in
   * step k of K.
   */
  readonly schedule: MomentumSchedule;
  readonly augmentations: AugmentationConfig;
}

/** One BYOL step. */
export class ByolMethod implements Method {
  readonly trainedFrom = 0;
  readonly trainedTo: number;
  /** Each view is a batch of its own. */
  readonly statisticsUpdates = 2;

  /** @throws {RangeError} When the momentum is not between 0 and 1. */
  constructor(
    readonly store: ParameterStore,
    readonly model: Byol,
    readonly settings: ByolSettings,
  ) {
    const { momentum } = settings;
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`BYOL needs a momentum from 0 to 1, got ${momentum}`);
    }
    this.trainedTo = model.trainedTo;
  }

  record(recorder: Recorder, batch: Batch): void {
    const view = (view: 0 | 1) =>
      recordInput(recorder, {
        records: batch.records,
        batch: batch.indices,
        state: batch.step.state,
        normalization: batch.normalization,
        rows: batch.rows,
        views: 1,
        firstView: view,
        augmentations: this.settings.augmentations,
      }); // [N, T, 12]
    this.recordViews(recorder, [view(0), view(1)], batch.step);
  }

  /** Forward passes, loss and backward passes. @param views Two views of the same records, [N, T, 12] */
  recordViews(recorder: Recorder, views: readonly [Tensor, Tensor], step: StepState): void {
    const targets = views.map((x) => this.model.forwardTarget(recorder, x));
    const losses = recorder.transient("byol losses", [2, views[0].shape[0]]);
    // One view there and back, then the other: activations of one view at a time are kept.
    views.forEach((x, direction) => {
      const { prediction, backward } = this.model.forward(recorder, x);
      const target = targets[1 - direction];
      backward(byolRegression(recorder, { prediction, target, losses, direction }));
    });
    recordByolLoss(recorder, losses, step);
  }

  recordUpdate(recorder: Recorder, batch: Batch): void {
    this.model.recordMovingAverage(recorder, batch.step.state);
  }

  /** @throws {RangeError} When the cosine schedule is not told the number of steps. */
  momentum(step: number, total: number): number {
    const { momentum, schedule } = this.settings;
    if (schedule === "constant") return momentum;
    if (!(total >= 1)) {
      throw new RangeError(`The cosine schedule needs the number of steps, got ${total}`);
    }
    const progress = Math.min(step / total, 1);
    return 1 - (1 - momentum) * (Math.cos(Math.PI * progress) + 1) / 2;
  }
}
