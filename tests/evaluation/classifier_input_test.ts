import { assertEquals, assertThrows } from "@std/assert";
import type { CheckpointMetadata } from "../../src/checkpoint/state_dict.ts";
import { LEADS } from "../../src/data/signals/record_set.ts";
import { UserError } from "../../src/errors.ts";
import { classifierInput } from "../../src/evaluation/classifier_input.ts";
import { randomState } from "../support/random_classifier.ts";

const of = (classes: number, metadata: CheckpointMetadata, section = "model") =>
  classifierInput({
    source: "c.pt",
    sections: new Map([[section, randomState(1, { classes })]]),
    metadata,
  });

Deno.test("classifierInput: what the checkpoint says", () => {
  const metadata = {
    class_names: ["a", "b"],
    sampling_rate: 250,
    signal_length: 500,
    leads: LEADS.map((name) => name.toLowerCase()),
  };
  assertEquals(of(2, metadata), {
    classNames: ["a", "b"],
    samplingRate: 250,
    signalLength: 500,
    assumptions: [],
  });
});

Deno.test("classifierInput: what it does not say is assumed, with a sentence for each", () => {
  assertEquals(of(5, {}), {
    classNames: ["NORM", "MI", "STTC", "HYP", "CD"],
    samplingRate: 100,
    signalLength: 1000,
    assumptions: [
      "The checkpoint does not say: 100 Hz, 1,000 samples",
      "The checkpoint does not name its classes: five outputs are taken for PTB-XL's NORM, MI, " +
      "STTC, HYP, CD",
    ],
  });
  const numbered = of(3, { sampling_rate: 500 });
  assertEquals(numbered.classNames, ["class 1", "class 2", "class 3"]);
  assertEquals(numbered.signalLength, 5000, "10 s");
  assertEquals(numbered.assumptions, [
    "The checkpoint does not say: 5,000 samples",
    "The checkpoint does not name its classes: they are numbered",
  ]);
});

Deno.test("classifierInput: metadata that do not fit are refused", () => {
  const fails = (metadata: CheckpointMetadata, message: string, section?: string) =>
    assertThrows(() => of(2, metadata, section), UserError, message);
  const prefix = "Cannot predict with c.pt: ";
  fails({ sampling_rate: 0.5 }, `${prefix}it states a rate of 0.5 Hz, need 1 to 1,000,000 Hz`);
  fails({ signal_length: 0 }, `${prefix}it states a signal of 0 samples`);
  fails({ signal_length: 1e12 }, "need 1 to 1,000,000");
  fails({ leads: ["I", "II"] }, `${prefix}its leads are I, II, need I, II, III, AVR`);
  fails({ leads: LEADS.toReversed() }, "its leads are V6");
  fails({ class_names: ["a"] }, "its head has 2 outputs, its metadata name the classes a");
  fails({ class_names: ["a", "a"] }, "its head has 2 outputs, its metadata name the classes a, a");
  fails({}, 'found "encoder" (ECGClassifier', "encoder");
});
