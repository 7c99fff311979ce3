import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describeCheckpoint } from "../../src/models/describe_checkpoint.ts";
import { matchStateDict } from "../../src/models/match_state_dict.ts";
import type { StateDict } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { float32Tensor } from "../support/tensors.ts";

const zeros = (...shape: number[]) =>
  float32Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
const encoder: StateDict = new Map([
  ["features.0.block.0.weight", zeros(8, 12, 11)],
  ["features.0.block.1.weight", zeros(8)],
]);
const underEncoder: [string, ReturnType<typeof zeros>][] = [...encoder]
  .map(([name, tensor]) => [`encoder.${name}`, tensor]);
const classifier: StateDict = new Map([
  ...underEncoder,
  ["head.weight", zeros(5, 32)],
  ["head.bias", zeros(5)],
]);
const needs = (tensors: StateDict) => [...tensors].map(([name, { shape }]) => ({ name, shape }));

Deno.test("matchStateDict() accepts what fits, in any order", () => {
  matchStateDict(needs(classifier).reverse(), classifier, "a classifier");
});

Deno.test("matchStateDict() lists what is missing, unexpected and of another shape", () => {
  const given = new Map(classifier).set("head.bias", zeros(7));
  given.delete("head.weight");
  for (let i = 0; i < 7; i++) given.set(`more.${i}`, zeros(1));
  const { message } = assertThrows(
    () => matchStateDict(needs(classifier), given, "ECGClassifier from a.pt"),
    UserError,
  );
  assertEquals(message.split("\n"), [
    "Cannot load weights into ECGClassifier from a.pt: the file holds ECGClassifier " +
    "(12 channels, width 8, ? classes)",
    "  1 missing: head.weight",
    "  7 unexpected: more.0, more.1, more.2, more.3, more.4, and 2 more",
    "  1 of another shape: head.bias needs [5], got [7]",
  ]);
});

Deno.test("matchStateDict() tells which architecture the file holds instead", () => {
  const error = assertThrows(() => matchStateDict(needs(classifier), encoder, "x"), UserError);
  assertStringIncludes(error.message, "the file holds ECGEncoder1DCNN (12 channels, width 8)");
});

Deno.test("describeCheckpoint() prints what there is", () => {
  assertEquals(
    describeCheckpoint({
      sections: new Map([["encoder", encoder]]),
      metadata: {
        method: "simclr",
        class_names: ["NORM", "MI"],
        normalisation: { kind: "train", mean: [0, 0], standard_deviation: [1, 1] },
        sampling_rate: 100,
        signal_length: 1000,
        leads: ["I", "II"],
        epoch: 20,
        seed: 42,
        metrics: { auroc_macro: 0.87123456, f1_macro: null },
        software: "ssrl-ecg 0.1.0",
      },
      ignored: ["optimizer"],
    }),
    [
      "encoder: ECGEncoder1DCNN (12 channels, width 8), 2 tensors, 1,064 values",
      "method: simclr",
      "classes: NORM, MI",
      "normalization: per lead, 2 leads",
      "signal: 1000 samples at 100 Hz, 2 leads",
      "epoch: 20",
      "seed: 42",
      "auroc_macro: 0.871235",
      "f1_macro: not defined",
      "written by: ssrl-ecg 0.1.0",
      "left out: optimizer",
    ],
  );
});
