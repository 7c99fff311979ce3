/** Improvements of test AUROC that result files of other commands hold. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type MeanInterval, meanInterval } from "../stats/mean_interval.ts";
import {
  ablationResults,
  MULTISEED_FILE,
  multiseedResults,
  retrainingResults,
} from "./schema/kinds.ts";
import { type AnyResultKind, readResult, type ResultOf } from "./schema/result_file.ts";

/** A difference in test macro AUROC, with its interval. */
export type Improvement = {
  readonly metric: "test auroc_macro";
  /** `mean` is the first one minus the second. */
  readonly compared: readonly [changed: string, baseline: string];
  readonly mean: number;
  /** Null for one seed. */
  readonly interval_95: readonly [low: number, high: number] | null;
  /** What the interval is over: seeds (Student's t) or test records (bootstrap). */
  readonly over: "seeds" | "records";
  readonly n: number;
  /** The file. */
  readonly from: string;
};

/**
 * By method (`byol`, `simclr`): fine-tuned, against supervised training. By configuration of
 * augmentations (`none`, `no-mixup`): all of them against this one.
 */
export type MeasuredImprovements = { readonly [name: string]: Improvement | undefined };

type Found =
  & Pick<Improvement, "compared" | "over">
  & Pick<MeanInterval, "n" | "mean" | "low" | "high">
  & { readonly name: string };

/**
 * Reads what there is. Differences over seeds replace those over the records of one pair of
 * classifiers.
 *
 * @param folder Usually `results`
 * @throws {UserError} When a file is there and is not what its command writes.
 */
export function readMeasuredImprovements(folder: string): MeasuredImprovements {
  const read = <Kind extends AnyResultKind>(
    file: string,
    kind: Kind,
    find: (content: ResultOf<Kind>) => readonly Found[],
  ) => {
    const from = join(folder, file);
    const found = existsSync(from) ? find(readResult(from, kind)) : [];
    return found.filter(({ mean }) => Number.isFinite(mean)).map(
      ({ name, compared, mean, low, high, over, n }): [string, Improvement] => {
        const interval_95 = Number.isFinite(low) ? [low, high] as const : null;
        return [name, { metric: "test auroc_macro", compared, mean, interval_95, over, n, from }];
      },
    );
  };
  const inOwnFolder = (name: string) => join(name, `${name}.json`);
  return Object.fromEntries([
    ...read(inOwnFolder("retrain_with_enhanced_augmentations"), retrainingResults, ofRetraining),
    ...read(MULTISEED_FILE, multiseedResults, ofMultiseed),
    ...read(inOwnFolder("ablation"), ablationResults, ofAblation),
  ]);
}

function ofRetraining(
  { comparison: { differences, records: n } }: ResultOf<typeof retrainingResults>,
): Found[] {
  return differences.filter(({ baseline }) => baseline === "supervised").map(
    ({ changed, baseline, auroc_macro: { estimate: mean, low, high } }) => (
      { name: changed, compared: [changed, baseline], over: "records", n, mean, low, high }
    ),
  );
}

/** Pretrained against supervised with the same loss and drawing, paired by seed. */
function ofMultiseed(
  { methods, individual_results: results }: ResultOf<typeof multiseedResults>,
): Found[] {
  const found = Object.entries(methods).flatMap(([changed, own]): Found[] => {
    const baseline = Object.keys(methods).find((name) =>
      methods[name].method === "supervised" && methods[name].loss === own.loss &&
      methods[name].balance_strategy === own.balance_strategy
    );
    if (own.method === undefined || baseline === undefined || changed === baseline) return [];
    const before = new Map(results[baseline].map((run) => [run.seed, run.auroc_macro]));
    const differences = meanInterval(
      results[changed].map(({ seed, auroc_macro }) => auroc_macro - (before.get(seed) ?? NaN)),
    );
    return [{ name: own.method, compared: [changed, baseline], over: "seeds", ...differences }];
  });
  return found.reverse(); // of several configurations of a method the first counts
}

/** A loss without augmentations is their improvement: the signs change. */
function ofAblation({ deltas }: ResultOf<typeof ablationResults>): Found[] {
  return Object.entries(deltas).map(([name, { finetuned_auroc }]) => {
    const { n, mean, interval_95: [low, high] } = finetuned_auroc;
    return {
      name,
      compared: ["full", name],
      over: "seeds",
      n,
      mean: -mean,
      low: -high,
      high: -low,
    };
  });
}
