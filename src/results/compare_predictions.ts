/** Two configurations compared on the test records, from the predictions that their runs left. */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { OVERALL_METRICS } from "../metrics/multilabel_metrics.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { mean } from "../stats/descriptive.ts";
import { delongTest } from "../stats/delong.ts";
import { holm } from "../stats/holm.ts";
import type { statisticalTestResults } from "./schema/kinds.ts";
import type { ResultOf } from "./schema/result_file.ts";
import type { SeedRun } from "./seed_results.ts";
import {
  patientClusters,
  readTestPredictions,
  TEST_PREDICTIONS_FILE,
  type TestPredictions,
} from "./test_predictions.ts";

type Comparison = ResultOf<typeof statisticalTestResults>["comparisons"][number];

/** What the test records say of two configurations; patients are drawn, with all their records. */
export type PredictionComparison = {
  readonly [Part in "delong" | "bootstrap_records"]: NonNullable<Comparison[Part]>;
};

/**
 * Averages the probabilities of each configuration over its runs and compares the averages on the
 * same records: AUROC of each class by DeLong's test, the four metrics by the paired bootstrap.
 *
 * @param first Runs of the configuration of interest
 * @param second Runs of the baseline; differences are `first` − `second`
 * @param resultsPath The file that names the run folders, which may have moved with them
 * @returns The comparison, or why there is none
 * @throws {UserError} When a file of predictions is damaged
 */
export function comparePredictions(
  first: readonly SeedRun[],
  second: readonly SeedRun[],
  resultsPath: string,
): PredictionComparison | { readonly missing: string } {
  const read: TestPredictions[][] = [];
  for (const runs of [first, second]) {
    const ofRuns: TestPredictions[] = [];
    for (const { seed, runFolder } of runs) {
      if (runFolder === undefined) return { missing: `the run of seed ${seed} names no folder` };
      const folder = findFolder(runFolder, resultsPath);
      if (folder === undefined) return { missing: `${runFolder} has no ${TEST_PREDICTIONS_FILE}` };
      ofRuns.push(readTestPredictions(folder));
    }
    read.push(ofRuns);
  }
  const [model] = read[0];
  if (!read.flat().every((each) => sameRecords(each, model))) {
    return { missing: "the runs were not tested on the same records with the same classes" };
  }
  const { labels, classNames, ids } = model;
  const [averages, baseline] = read.map(average);
  const classes = classNames.length;
  const column = (values: ArrayLike<number>, c: number) =>
    Float64Array.from(ids, (_, i) => values[i * classes + c]);
  const tests = classNames.map((_, c) =>
    delongTest(column(labels, c), column(averages, c), column(baseline, c))
  );
  const corrected = holm(tests.map(({ pValue }) => pValue));
  const { overall } = pairedBootstrapIntervals(labels, baseline, averages, {
    classes,
    clusters: patientClusters(model),
  });
  return {
    delong: {
      records: ids.length,
      classes: Object.fromEntries(tests.map((test, c) => {
        const { auroc1, auroc2, difference, low, high, z, pValue } = test;
        const p = { p_value: pValue, p_holm: corrected[c] };
        return [classNames[c], { auroc1, auroc2, difference, low, high, z, ...p }];
      })),
    },
    bootstrap_records: Object.fromEntries(
      OVERALL_METRICS.map((metric) => {
        const { estimate, low, high } = overall[metric];
        return [metric, { difference: estimate, low, high }];
      }),
    ),
  };
}

/** As the file names it, or relative to the folder of the file or to its parent. */
function findFolder(runFolder: string, resultsPath: string): string | undefined {
  const folder = dirname(resultsPath);
  return [runFolder, join(folder, runFolder), join(folder, "..", runFolder)]
    .find((each) => existsSync(join(each, TEST_PREDICTIONS_FILE)));
}

function sameRecords(a: TestPredictions, b: TestPredictions): boolean {
  return a.ids.join("\n") === b.ids.join("\n") &&
    a.classNames.join("\n") === b.classNames.join("\n") &&
    a.labels.every((label, i) => label === b.labels[i]);
}

function average(runs: readonly TestPredictions[]): Float64Array {
  return runs[0].probabilities.map((_, i) => mean(runs.map((run) => run.probabilities[i])));
}
