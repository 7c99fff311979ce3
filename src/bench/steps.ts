/**
 * The steps that the benchmark measures, with the settings that their commands have by default.
 *
 * @module
 */

import type { Recorder } from "../gpu/recorder.ts";
import { Tensor } from "../gpu/tensor.ts";
import type { Workspace } from "../runs/workspace.ts";
import { ParameterStore } from "../layers/parameters.ts";
import type { Method } from "../methods/method.ts";
import { settingsOf } from "../methods/pretraining_method.ts";
import { type MethodName, methodNamed } from "../methods/registry.ts";
import { ClassificationMethod } from "../methods/classification.ts";
import { type ClassifierArchitecture, createClassifier } from "../models/registry.ts";
import { createEncoder } from "../models/encoders.ts";
import { MeasuredStep, type StepFigures } from "./measured_step.ts";

/** Names of the steps, in the order of the report. */
export const STEPS = [
  "simclr",
  "byol",
  "masked",
  "finetune",
  "resnet1d",
  "improved-cnn",
  "inference",
] as const;
/** One of {@linkcode STEPS}: a training step, or the encoder's evaluation pass. */
export type StepName = typeof STEPS[number];

/** The steps as tables name them. */
export const STEP_TITLES: Readonly<Record<StepName, string>> = {
  "simclr": "SimCLR",
  "byol": "BYOL",
  "masked": "Masked",
  "finetune": "Fine-tuning",
  "resnet1d": "ResNet-1D",
  "improved-cnn": "Improved CNN",
  "inference": "Inference",
};

/** Figures of the steps that were measured. */
export type MeasuredSteps = Readonly<Partial<Record<StepName, StepFigures>>>;

const SEED = 42;

/**
 * Records a step of fresh weights, hands it to `use`, and gives its memory back.
 *
 * @param rows Records of the step.
 */
export async function withStep<Result>(
  name: StepName,
  workspace: Workspace,
  rows: number,
  use: (step: MeasuredStep) => Promise<Result>,
): Promise<Result> {
  const { gpu, set } = workspace;
  const store = new ParameterStore();
  const ones = new Float32Array(set.classNames.length).fill(1);
  const classWeights = Tensor.from(gpu, [ones.length], ones, "class weights");
  const made = makeStep(name, store, classWeights);
  store.allocate(gpu, SEED);
  let step: MeasuredStep | undefined;
  try {
    step = typeof made === "function"
      ? await MeasuredStep.inference(workspace, made, rows)
      : await MeasuredStep.training(workspace, made, rows);
    return await use(step);
  } finally {
    step?.destroy();
    classWeights.release();
    store.destroy();
  }
}

/** Records an evaluation pass: x [N, T, 12] to features [N, C]. */
export type Evaluation = (recorder: Recorder, x: Tensor) => Tensor;

/**
 * Registers the parameters of a step's network, and makes the method that trains it or the pass that
 * evaluates it.
 *
 * @param store Empty; to be allocated afterwards.
 * @param classWeights [classes], for the loss of classifiers.
 */
export function makeStep(
  name: StepName,
  store: ParameterStore,
  classWeights: Tensor,
): Method | Evaluation {
  const classifier = (architecture: ClassifierArchitecture) => {
    const classes = classWeights.size;
    const ones = new Array<number>(classes).fill(1);
    return new ClassificationMethod(store, createClassifier(store, { architecture, classes }), {
      loss: { name: "focal", classWeights: ones, focal: { alpha: 0.25, gamma: 2 } },
      classWeights,
    });
  };
  const method = methodNamed(name);
  if (method) {
    // The length of masked blocks, the only setting that depends on it, does not change the cost.
    const settings = settingsOf(method, {}, 100);
    return method.build({ store, settings, patients: new Int32Array(), train: new Int32Array() });
  }
  switch (name as Exclude<StepName, MethodName>) {
    case "finetune":
      return classifier("ECGClassifier");
    case "resnet1d":
      return classifier("ResNet1D");
    case "improved-cnn":
      return classifier("ImprovedECGClassifier");
    case "inference": {
      const encoder = createEncoder(store, "");
      return (recorder, x) => encoder.evaluateFeatures(recorder, x);
    }
  }
}
