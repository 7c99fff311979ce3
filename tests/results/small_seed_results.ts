/** A results folder as `train-multiseed` leaves it, made by hand: numbers, no networks. */

import { join } from "node:path";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { testPredictionsCsv } from "../../src/results/test_predictions.ts";

/** Seeds of {@linkcode writeSmallResults}. */
export const SEEDS = [42, 52, 62, 72, 82, 92];
export const CLASSES = ["NORM", "MI", "CD"];
export const RECORDS = 60;

const CONFIGURATIONS = [
  { name: "bce_standard", method: "supervised", loss: "bce", strategy: "standard", gain: 0 },
  {
    name: "focal_oversample",
    method: "supervised",
    loss: "focal",
    strategy: "oversample",
    gain: 0,
  },
  { name: "simclr_bce_standard", method: "simclr", loss: "bce", strategy: "standard", gain: 0.02 },
];

/**
 * Writes `FOLDER/results/phase2_multiseed_results.json` and the run folders beside it. SimCLR's
 * metrics are 0.02 above those of the same seed of bce_standard, up to a scatter of 0.004; its
 * predictions are the better ones as well. Of patients each has two records.
 *
 * @returns The JSON's content, to be changed and written again
 */
// deno-lint-ignore no-explicit-any -- tests change single fields
export function writeSmallResults(folder: string): any {
  const random = new CounterRandom(5, Stream.sampling);
  const base = SEEDS.map(() => random.normal(0.8, 0.01));
  const set = {
    ids: Int32Array.from({ length: RECORDS }, (_, i) => 100 + i),
    patients: Int32Array.from({ length: RECORDS }, (_, i) => i >> 1),
    classNames: CLASSES,
    labels: Float32Array.from({ length: RECORDS * CLASSES.length }, () => random.integer(2)),
  };
  const individual_results = Object.fromEntries(CONFIGURATIONS.map(({ name, gain }) => [
    name,
    SEEDS.map((seed, i) => {
      const run_folder = `results/multiseed/${name}_seed${String(seed).padStart(3, "0")}`;
      const probabilities = Float64Array.from(
        set.labels,
        (label: number) =>
          1 / (1 + Math.exp(-(label - 0.5) * (1 + 60 * gain) - random.normal(0, 1.5))),
      );
      Deno.mkdirSync(join(folder, run_folder), { recursive: true });
      Deno.writeTextFileSync(
        join(folder, run_folder, "test_predictions.csv"),
        testPredictionsCsv(set, Array.from(set.ids.keys()), probabilities),
      );
      const score = (offset: number) => base[i] + offset + gain + random.normal(0, 0.004);
      return {
        seed,
        auroc_macro: score(0.05),
        f1_macro: score(-0.2),
        sensitivity_micro: score(-0.1),
        specificity_micro: score(0.1),
        checkpoint: `checkpoints/multiseed_${name}_seed${seed}.pt`,
        run_folder,
      };
    }),
  ]));
  const results = {
    seeds: SEEDS,
    configurations: [["bce", "standard"], ["focal", "oversample"]],
    methods: Object.fromEntries(CONFIGURATIONS.map(({ name, method, loss, strategy }) => [
      name,
      { method, loss, balance_strategy: strategy },
    ])),
    classes: CLASSES,
    individual_results,
  };
  rewriteResults(folder, results);
  return results;
}

/** Writes changed results. */
export function rewriteResults(folder: string, results: unknown): void {
  Deno.writeTextFileSync(
    join(folder, "results/phase2_multiseed_results.json"),
    JSON.stringify(results),
  );
}
