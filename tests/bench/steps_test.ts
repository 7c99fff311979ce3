import { assertEquals } from "@std/assert";
import { STEPS } from "../../src/bench/steps.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";

/** Parameters of the networks at full width, as the reference system has them. */
const PARAMETERS: Record<string, number> = {
  "simclr": 1_327_232,
  "byol": 4_242_176,
  "masked": 712_044,
  "contrastive": 637_312,
  "clocs": 1_327_232,
  "finetune": 539_909,
  "resnet1d": 8_739_973,
  "improved-cnn": 999_301,
  "inference": 538_624,
};

for (const [name, step] of Object.entries(STEPS)) {
  Deno.test(`the benchmark's ${name} step has the network of full width`, () => {
    const store = new ParameterStore();
    const made = step.make({
      store,
      classWeights: new Tensor("class weights", [5]),
      patients: new Int32Array(2),
    });
    assertEquals(store.count, PARAMETERS[name]);
    assertEquals(typeof made === "function", name === "inference");
  });
}
