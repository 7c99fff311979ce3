/**
 * Improvements of test AUROC that result files of other commands hold.
 *
 * @module
 */

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

/** What the files under a folder of results say. */
export interface MeasuredImprovements {
  /** BYOL, fine-tuned, against supervised training. */
  readonly byol?: Improvement;
  /** SimCLR, fine-tuned, against supervised training. */
  readonly simclr?: Improvement;
  /** All augmentations against none. */
  readonly augmentations?: Improvement;
  /** By name: all augmentations against all but this one. */
  readonly eachAugmentation?: Readonly<Record<string, Improvement>>;
}

/**
 * Reads what there is. Differences over seeds replace those over the records of one pair of
 * classifiers.
 *
 * @throws {UserError} When a file is there and is not what its command writes.
 */
export function readMeasuredImprovements(folder: string): MeasuredImprovements {
  const read = <Kind extends AnyResultKind>(
    path: string,
    kind: Kind,
    take: (content: ResultOf<Kind>, path: string) => MeasuredImprovements,
  ) => existsSync(path) ? take(readResult(path, kind), path) : {};
  const inOwnFolder = (name: string) => join(folder, name, `${name}.json`);
  return {
    ...read(
      inOwnFolder("retrain_with_enhanced_augmentations"),
      retrainingResults,
      ofRetraining,
    ),
    ...read(join(folder, MULTISEED_FILE), multiseedResults, ofMultiseed),
    ...read(inOwnFolder("ablation"), ablationResults, ofAblation),
  };
}

/** Pretrained against supervised with the same loss and drawing, paired by seed. */
function ofMultiseed(
  { methods, individual_results: results }: ResultOf<typeof multiseedResults>,
  from: string,
): MeasuredImprovements {
  const improvement = (method: string): Improvement[] =>
    Object.entries(methods).flatMap(([changed, own]) => {
      const baseline = Object.keys(methods).find((name) =>
        methods[name].method === "supervised" && methods[name].loss === own.loss &&
        methods[name].balance_strategy === own.balance_strategy
      );
      if (own.method !== method || baseline === undefined) return [];
      const before = new Map(results[baseline].map((run) => [run.seed, run.auroc_macro]));
      const difference = meanInterval(
        results[changed].map(({ seed, auroc_macro }) => auroc_macro - (before.get(seed) ?? NaN)),
      );
      return described([changed, baseline], "seeds", difference, from);
    });
  const [byol] = improvement("byol");
  const [simclr] = improvement("simclr");
  return { ...(byol && { byol }), ...(simclr && { simclr }) };
}

function ofRetraining(
  { comparison: { differences, records: n } }: ResultOf<typeof retrainingResults>,
  from: string,
): MeasuredImprovements {
  return Object.fromEntries(
    differences.filter(({ baseline }) => baseline === "supervised").flatMap(
      ({ changed, baseline, auroc_macro: { estimate: mean, low, high } }) =>
        described([changed, baseline], "records", { n, mean, low, high }, from)
          .map((improvement) => [changed, improvement]),
    ),
  );
}

/** A loss without augmentations is their improvement: the signs change. */
function ofAblation(
  { deltas }: ResultOf<typeof ablationResults>,
  from: string,
): MeasuredImprovements {
  const improvements = Object.fromEntries(
    Object.entries(deltas).flatMap(([config, { finetuned_auroc }]) => {
      const { n, mean, interval_95: [low, high] } = finetuned_auroc;
      const gain = { n, mean: -mean, low: -high, high: -low };
      return described(["full", config], "seeds", gain, from)
        .map((improvement) => [config, improvement] as const);
    }),
  );
  const each = Object.entries(improvements).filter(([config]) => config.startsWith("no-"));
  return {
    ...(improvements.none && { augmentations: improvements.none }),
    ...(each.length > 0 && {
      eachAugmentation: Object.fromEntries(
        each.map(([config, improvement]) => [config.slice("no-".length), improvement]),
      ),
    }),
  };
}

/** One improvement, or none where it is not defined. */
function described(
  compared: Improvement["compared"],
  over: Improvement["over"],
  { n, mean, low, high }: Pick<MeanInterval, "n" | "mean" | "low" | "high">,
  from: string,
): Improvement[] {
  if (!Number.isFinite(mean)) return [];
  const interval_95 = Number.isFinite(low) ? [low, high] as const : null;
  return [{ metric: "test auroc_macro", compared, mean, interval_95, over, n, from }];
}
