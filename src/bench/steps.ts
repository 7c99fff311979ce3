/** The steps that the benchmark measures, with the default settings of training. */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { ClassificationMethod } from "../methods/classification.ts";
import { type Batch, batchSignals, type Method } from "../methods/method.ts";
import { type PretrainingMethod, settingsOf } from "../methods/pretraining_method.ts";
import { METHODS } from "../methods/registry.ts";
import { createEncoder } from "../models/encoders.ts";
import { type ClassifierArchitecture, createClassifier } from "../models/registry.ts";

/** Records an evaluation pass, and gives the features [N, C] that must outlast it. */
export type Evaluation = (recorder: Recorder, batch: Batch) => Tensor;

/** A training step, or an evaluation pass. */
export interface Step {
  /** As tables name it. */
  readonly title: string;
  /** The setting that says how many records it takes. */
  readonly rows: "batch" | "inferenceBatch";
  /**
   * Registers the parameters of the network, and makes the method that trains it or the pass that
   * evaluates it.
   */
  make(request: StepRequest): Method | Evaluation;
}

/** What a step is made from. */
export interface StepRequest {
  /** Empty; to be allocated afterwards. */
  readonly store: ParameterStore;
  /** [classes], for the loss of classifiers. */
  readonly classWeights: Tensor;
  /** Patient of every record. */
  readonly patients: Int32Array;
}

/** By name, in the order of the report. A method of pretraining is measured once it is registered. */
export const STEPS: Readonly<Record<string, Step>> = {
  ...Object.fromEntries(Object.values(METHODS).map((method) => [method.name, pretraining(method)])),
  "finetune": classifier("Fine-tuning", "ECGClassifier"),
  "resnet1d": classifier("ResNet-1D", "ResNet1D"),
  "improved-cnn": classifier("Improved CNN", "ImprovedECGClassifier"),
  "inference": {
    title: "Inference",
    rows: "inferenceBatch",
    make({ store }) {
      const encoder = createEncoder(store, "");
      return (recorder, batch) => encoder.evaluateFeatures(recorder, batchSignals(recorder, batch));
    },
  },
};

function pretraining(method: PretrainingMethod): Step {
  return {
    title: method.title,
    rows: "batch",
    make({ store, patients }) {
      // Lengths of masked blocks, which alone depend on the sampling rate, do not change the cost.
      const settings = settingsOf(method, {}, 100);
      const train = patients.map((_, row) => row);
      return method.build({ store, settings, patients, train });
    },
  };
}

function classifier(title: string, architecture: ClassifierArchitecture): Step {
  return {
    title,
    rows: "batch",
    make({ store, classWeights }) {
      const classes = classWeights.size;
      const ones = new Array<number>(classes).fill(1);
      return new ClassificationMethod(store, createClassifier(store, { architecture, classes }), {
        loss: { name: "focal", classWeights: ones, focal: { alpha: 0.25, gamma: 2 } },
        classWeights,
      });
    },
  };
}
