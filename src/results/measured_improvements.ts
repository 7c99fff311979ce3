/**
 * Improvements of test AUROC that result files of other commands hold.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { meanInterval } from "../stats/mean_interval.ts";

/** A difference in test macro AUROC, with its interval. */
export type Improvement = {
  readonly metric: "test auroc_macro";
  /** What is better than what by `mean`. */
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

/** Where `train-multiseed` writes, within the folder of results. */
const MULTISEED = "phase2_multiseed_results.json";
/** Where `retrain-with-enhanced-augmentations` writes. */
const RETRAINING = join(
  "retrain_with_enhanced_augmentations",
  "retrain_with_enhanced_augmentations.json",
);
/** Where `ablation` writes. */
const ABLATION = join("ablation", "ablation.json");

/**
 * Reads what there is. Seeds count more than records: an improvement that `train-multiseed` measured
 * stands before that of one pair of classifiers.
 *
 * @param folder Usually `results`
 * @throws {UserError} When a file is there and is not what its command writes.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readMeasuredImprovements } from "ssrl-ecg";
 * const { byol } = readMeasuredImprovements("a folder without results");
 * assert(byol === undefined);
 * ```
 */
export function readMeasuredImprovements(folder: string): MeasuredImprovements {
  const read = <Result>(name: string, take: (content: never, path: string) => Result) => {
    const path = join(folder, name);
    if (!existsSync(path)) return {};
    try {
      return take(JSON.parse(Deno.readTextFileSync(path)) as never, path);
    } catch (error) {
      throw new UserError(
        `${path} is damaged: ${(error as Error).message}. Remove it, or run its command again`,
      );
    }
  };
  return {
    ...read(RETRAINING, ofRetraining),
    ...read(MULTISEED, ofMultiseed),
    ...read(ABLATION, ofAblation),
  };
}

/** The part of `phase2_multiseed_results.json` that is needed. */
interface MultiseedResults {
  readonly methods: Readonly<
    Record<string, { readonly method: string; loss: string; balance_strategy: string }>
  >;
  readonly individual_results: Readonly<
    Record<string, readonly { readonly seed: number; readonly auroc_macro: number | null }[]>
  >;
}

/** Pretrained against supervised with the same loss and drawing, paired by seed. */
function ofMultiseed(
  { methods, individual_results: results }: MultiseedResults,
  from: string,
): MeasuredImprovements {
  const improvement = (method: string): Improvement[] =>
    Object.entries(methods).flatMap(([changed, own]) => {
      if (own.method !== method) return [];
      const baseline = Object.keys(methods).find((name) =>
        methods[name].method === "supervised" && methods[name].loss === own.loss &&
        methods[name].balance_strategy === own.balance_strategy
      );
      if (baseline === undefined) return [];
      const before = new Map(results[baseline].map((run) => [run.seed, run.auroc_macro]));
      const { n, mean, low, high } = meanInterval(
        results[changed].map(({ seed, auroc_macro }) =>
          (auroc_macro ?? NaN) - (before.get(seed) ?? NaN)
        ),
      );
      if (n === 0) return [];
      const interval = n > 1 ? [low, high] as const : null;
      return [described([changed, baseline], { mean, interval, over: "seeds", n, from })];
    });
  const [byol] = improvement("byol");
  const [simclr] = improvement("simclr");
  return { ...(byol ? { byol } : {}), ...(simclr ? { simclr } : {}) };
}

/** The part of the pipeline's summary that is needed. */
interface RetrainingSummary {
  readonly comparison: {
    readonly records: number;
    readonly differences: readonly {
      readonly changed: string;
      readonly baseline: string;
      readonly auroc_macro: { estimate: number | null; low: number | null; high: number | null };
    }[];
  };
}

function ofRetraining({ comparison }: RetrainingSummary, from: string): MeasuredImprovements {
  const { differences, records: n } = comparison;
  return Object.fromEntries(
    differences.flatMap(({ changed, baseline, auroc_macro: { estimate, low, high } }) => {
      if (baseline !== "supervised" || estimate === null) return [];
      const interval = low === null || high === null ? null : [low, high] as const;
      return [[
        changed,
        described([changed, baseline], { mean: estimate, interval, over: "records", n, from }),
      ]];
    }),
  );
}

/** The part of `ablation.json` that is needed. */
interface AblationResults {
  readonly deltas: Readonly<
    Record<
      string,
      {
        readonly finetuned_auroc: {
          readonly n: number;
          readonly mean: number | null;
          readonly interval_95: readonly [number | null, number | null];
        };
      }
    >
  >;
}

/** What is lost without augmentations is what they are worth: the signs change. */
function ofAblation({ deltas }: AblationResults, from: string): MeasuredImprovements {
  const worth = Object.entries(deltas).flatMap(([config, { finetuned_auroc }]) => {
    const { n, mean, interval_95: [low, high] } = finetuned_auroc;
    if (mean === null) return [];
    const interval = low === null || high === null ? null : [-high, -low] as const;
    const about = { mean: -mean, interval, over: "seeds", n, from } as const;
    return [[config, described(["full", config], about)] as const];
  });
  const none = worth.find(([config]) => config === "none")?.[1];
  const each = worth.filter(([config]) => config.startsWith("no-"));
  return {
    ...(none ? { augmentations: none } : {}),
    ...(each.length > 0
      ? {
        eachAugmentation: Object.fromEntries(
          each.map(([config, improvement]) => [config.slice("no-".length), improvement]),
        ),
      }
      : {}),
  };
}

function described(
  compared: Improvement["compared"],
  { mean, interval, over, n, from }:
    & { readonly interval: Improvement["interval_95"] }
    & Pick<Improvement, "mean" | "over" | "n" | "from">,
): Improvement {
  return { metric: "test auroc_macro", compared, mean, interval_95: interval, over, n, from };
}
