/**
 * BYOL (Grill, Strub, Altché, Tallec, Richemond et al. 2020): the online network predicts, from one
 * view of a record, what the target network makes of the other; both ways, and the two losses add up.
 *
 *   L = r(prediction(x1), target(x2)) + r(prediction(x2), target(x1))
 *
 * The two views go through each network one after the other, as in the authors' code: batch norm
 * takes its statistics from one view at a time, and running statistics move twice a step. No gradient
 * reaches the target, which follows the online network as a moving average.
 */

import {
  type AugmentationConfig,
  augmentationConfig,
  type AugmentationConfigName,
} from "../augment/augmentations.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { byolRegression, recordByolLoss } from "../losses/byol_regression.ts";
import { Byol } from "../models/byol.ts";
import type { Encoder } from "../models/encoder.ts";
import { type Batch, batchSignals } from "./method.ts";
import {
  FORWARD_PASS,
  type PretrainingMethod,
  type PretrainingStep,
  TRAINING_PASS,
} from "./pretraining_method.ts";
import { configParameter } from "./simclr.ts";

/** How the target's momentum develops over a run. */
export const MOMENTUM_SCHEDULES = ["constant", "cosine"] as const;
/** One of {@linkcode MOMENTUM_SCHEDULES}. */
export type MomentumSchedule = typeof MOMENTUM_SCHEDULES[number];

/** The target network's moving average. */
export interface ByolMomentum {
  /** Share of the target that stays in a step, 0 to 1; 0.999. Under `cosine`, that of the first step. */
  readonly momentum: number;
  /**
   * `constant`, or `cosine`, which ends at 1: momentum 1 - (1 - momentum) (cos(pi k / K) + 1) / 2 in
   * step k of K.
   */
  readonly schedule: MomentumSchedule;
}

/** Settings of BYOL. */
export interface ByolSettings extends ByolMomentum {
  readonly config: AugmentationConfigName;
}

/** BYOL, for `pretrain`. */
export const byol: PretrainingMethod<ByolSettings> = {
  name: "byol",
  title: "BYOL",
  parameters: {
    momentum: {
      kind: "number",
      name: "momentum-tau",
      default: 0.999,
      minimum: 0,
      maximum: 1,
      description: "Share of the target network that stays in a step",
    },
    schedule: {
      kind: "choice",
      name: "tau-schedule",
      choices: MOMENTUM_SCHEDULES,
      default: "constant",
      description: "Keep that share, or let it rise to 1 as a cosine",
    },
    config: configParameter,
  },
  batchSize: 256,
  epochs: 20,
  checkpoint: "ssl_byol",
  loss: "Regression loss (0 to 8)",
  views: 2,
  // Each view also goes forward through the target network.
  cost: 2 * (TRAINING_PASS + FORWARD_PASS),
  describe: ({ momentum, schedule, config }) => ({
    network: "projection 256, predictor 256, target network",
    details: [
      `target momentum ${momentum}${schedule === "cosine" ? " rising to 1" : ""}`,
      `augmentations ${config}`,
    ],
  }),
  build: ({ store, settings: { config, ...momentum }, encoder }) =>
    new ByolMethod(store, new Byol(store, encoder), {
      ...momentum,
      augmentations: augmentationConfig(config),
    }),
};

/** One BYOL step. */
export class ByolMethod implements PretrainingStep {
  readonly trainedTo: number;
  /** Each view is a batch of its own. */
  readonly statisticsUpdates = 2;

  /** @throws {RangeError} When the momentum is not between 0 and 1. */
  constructor(
    readonly store: ParameterStore,
    readonly model: Byol,
    readonly settings: ByolMomentum & { readonly augmentations: AugmentationConfig },
  ) {
    const { momentum } = settings;
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`BYOL needs a momentum from 0 to 1, got ${momentum}`);
    }
    this.trainedTo = model.trainedTo;
  }

  get encoder(): Encoder {
    return this.model.encoder;
  }

  record(recorder: Recorder, batch: Batch): void {
    const { augmentations } = this.settings;
    const view = (firstView: 0 | 1) => batchSignals(recorder, batch, { firstView, augmentations });
    this.recordViews(recorder, [view(0), view(1)], batch.step); // each [N, T, 12]
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

  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z: Tensor } {
    return this.model.evaluate(recorder, x);
  }

  /** The target starts where the online network does. */
  async encoderLoaded(): Promise<void> {
    const state = await this.store.state();
    this.store.load(
      state.flatMap((values) =>
        values.name.startsWith("encoder.") ? [{ ...values, name: `target_${values.name}` }] : []
      ),
    );
  }
}
