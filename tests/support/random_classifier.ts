/** Classifiers with random weights, for tests that need a checkpoint and no training. */

import type {
  Checkpoint,
  CheckpointMetadata,
  HostTensor,
  StateDict,
} from "../../src/checkpoint/state_dict.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Classifier } from "../../src/models/classifier.ts";

/** Weights as training starts with them; the head is enlarged so that probabilities spread. */
export function randomState(seed: number, { classes = 5, width = 4 } = {}): StateDict {
  const store = new ParameterStore();
  new Classifier(store, { width, classes });
  return new Map(
    store.initialValues(seed).map(({ name, shape, dtype, data }) => {
      if (name === "head.weight") (data as Float32Array).forEach((x, i, all) => all[i] = 50 * x);
      return [name, { shape, dtype, data } as HostTensor];
    }),
  );
}

/** A checkpoint whose key `model` holds {@linkcode randomState}. */
export function randomClassifier(seed: number, metadata: CheckpointMetadata = {}): Checkpoint {
  return { source: "random.pt", sections: new Map([["model", randomState(seed)]]), metadata };
}

/** The encoder of {@linkcode randomState}, names without prefix, as key `encoder` has it. */
export function randomEncoderState(seed: number, width = 4): StateDict {
  const prefix = "encoder.";
  return new Map(
    [...randomState(seed, { width })]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}

/** A checkpoint whose key `encoder` holds {@linkcode randomEncoderState}. */
export function randomEncoder(seed: number, metadata: CheckpointMetadata = {}): Checkpoint {
  return {
    source: "random.pt",
    sections: new Map([["encoder", randomEncoderState(seed)]]),
    metadata,
  };
}
