/**
 * ROC and precision-recall curves, calibration and confusion, from the predictions for the test
 * records.
 */

import { calibration } from "../../../metrics/calibration.ts";
import {
  type Confusion,
  perClassMetrics,
  preparePredictions,
} from "../../../metrics/multilabel_metrics.ts";
import { confusionChart } from "../../../plots/confusion_chart.ts";
import type { LineSeries } from "../../../plots/line_chart.ts";
import { performanceCurves, type PerformancePanel } from "../../../plots/performance_curves.ts";
import { type CurveBand, type CurveBands, curveBands } from "../../../metrics/curve_bands.ts";
import type { TestPredictions } from "../../test_predictions.ts";
import { mean, meanOfFinite } from "../../../stats/descriptive.ts";
import { plural } from "../../../text/format.ts";
import { patientClusters } from "../../test_predictions.ts";
import { meanSd } from "../cells.ts";
import {
  type Block,
  chart,
  type Column,
  curves,
  type MaybeBlock,
  missing,
  section,
  table,
} from "../document.ts";
import {
  chartPieces,
  type Configuration,
  pieceName,
  predictionsOf,
  type ReportInput,
} from "../report_input.ts";

/** A configuration with predictions. */
interface Predicted {
  readonly name: string;
  readonly runs: readonly TestPredictions[];
}

/** Hundredths: fine enough that steps of a few hundred records do not show. */
const RATES = Array.from({ length: 101 }, (_, i) => i / 100);
const RECALLS = RATES.slice(1);

const THRESHOLD = 0.5;

/** Configurations whose runs have predictions for the same classes as the first one's. */
function predicted(configurations: readonly Configuration[]): Predicted[] {
  const all = configurations.map((each) => ({ name: each.name, runs: predictionsOf(each) }))
    .filter(({ runs }) => runs.length > 0);
  return all.filter(({ runs }) => runs[0].classNames.join() === all[0].runs[0].classNames.join());
}

/** ROC and precision-recall curves. */
export function curvesSection({ configurations }: ReportInput) {
  const shown = predicted(configurations);
  return section(
    "curves",
    "ROC and precision-recall curves",
    "Each curve is the mean over the classes of their curves, point by point; the curves of " +
      "the classes follow. Bands are 95 % t intervals over seeds, or, where a configuration " +
      "has one run, 95 % bootstrap intervals over patients. Thin lines: a useless classifier.",
    ...CURVES.flatMap(([curve, name, title]) => [
      noPredictions(shown, `${title}s`, name, `${name}_classes`),
      ...chartPieces("", shown).flatMap(([, piece], i) => {
        const bands = piece.map(({ runs }) => bandsOf(runs, curve));
        const about = { caption: describeRuns(piece), curve };
        return [
          picture(pieceName(name, i), {
            ...about,
            title: `${title}s, mean over the classes`,
            panels: [panel(undefined, piece, bands, curve, undefined)],
          }),
          picture(pieceName(`${name}_classes`, i), {
            ...about,
            title: `${title}s by class`,
            panels: piece[0].runs[0].classNames.map((heading, c) =>
              panel(heading, piece, bands, curve, c)
            ),
          }),
        ];
      }),
    ]),
  );
}

function noPredictions(
  shown: readonly Predicted[],
  what: string,
  ...pictures: string[]
): MaybeBlock {
  return shown.length === 0 &&
    missing("train-multiseed", `${what}: no run has test_predictions.csv`, pictures);
}

const CURVES = [
  ["roc", "roc_curve", "ROC curve"],
  ["precision", "precision_recall_curve", "Precision-recall curve"],
] as const;

function picture(name: string, content: Parameters<typeof performanceCurves>[0]): Block {
  return curves(name, performanceCurves(content));
}

function bandsOf(runs: readonly TestPredictions[], curve: "roc" | "precision"): CurveBands {
  return curveBands(
    runs.map((run) => ({ ...run, clusters: patientClusters(run) })),
    {
      classes: runs[0].classNames.length,
      curve,
      places: curve === "roc" ? RATES : RECALLS,
    },
  );
}

/** One plotting area: the mean over the classes, or one class. */
function panel(
  heading: string | undefined,
  shown: readonly Predicted[],
  bands: readonly CurveBands[],
  curve: "roc" | "precision",
  c: number | undefined,
): PerformancePanel {
  const x = curve === "roc" ? RATES : RECALLS;
  const gap = new Float64Array(x.length).fill(NaN);
  const none: CurveBand = { mean: gap, low: gap, high: gap };
  const series = shown.map(({ name, runs }, i): LineSeries => {
    const { mean, low, high } = (c === undefined ? bands[i].macro : bands[i].perClass[c]) ?? none;
    const area = areaUnder(runs, curve, c);
    // Panels of classes share a legend, so that only the first one can show areas.
    return { name: c === undefined ? `${name}, ${area}` : name, x, y: mean, low, high };
  });
  const { labels, classNames } = shown[0].runs[0];
  const classes = classNames.length;
  const counted = Array.from(labels).filter((_, i) => c === undefined || i % classes === c);
  return {
    heading,
    series,
    prevalence: mean(counted),
  };
}

/** `AUROC 0.812 ± 0.004`, of the curves' own runs. */
function areaUnder(
  runs: readonly TestPredictions[],
  curve: "roc" | "precision",
  c: number | undefined,
): string {
  const areas = runs.map(({ labels, probabilities, classNames }) => {
    const metrics = perClassMetrics(labels, probabilities, { classes: classNames.length });
    const shown = c === undefined ? metrics : [metrics[c]];
    return meanOfFinite(shown.map(({ auroc, auprc }) => curve === "roc" ? auroc : auprc));
  });
  return `${curve === "roc" ? "AUROC" : "AUPRC"} ${meanSd(areas, 3).text}`;
}

/** `n = 150 test records of 148 patients; 3 seeds`. */
function describeRuns(shown: readonly Predicted[]): string {
  const [first] = shown[0].runs;
  const known = first.patients.filter((patient) => patient !== "");
  const seeds = [...new Set(shown.map(({ runs }) => runs.length))].sort((a, b) => a - b);
  return `n = ${plural(first.ids.length, "test record")}` +
    (known.length > 0 ? ` of ${plural(new Set(known).size, "patient")}` : "") +
    (seeds.some((n) => n > 1)
      ? `; mean of ${seeds.join(" to ")} seeds, bands: 95 % t interval`
      : "; one run each, bands: 95 % bootstrap interval over patients");
}

/** Reliability diagrams and the expected calibration error. */
export function calibrationSection({ configurations }: ReportInput) {
  const shown = predicted(configurations);
  return section(
    "calibration",
    "Calibration",
    "A calibrated classifier gives 0.7 to records of which 70 % have the class. Points show " +
      "ten bins of equal width, of all runs of a configuration together; above the diagonal " +
      "the classifier is too careful, below it too sure. The expected calibration error (ECE) " +
      "is the mean distance from the diagonal, weighted by records, of each run for itself; " +
      "losses that weigh positives shift probabilities on purpose.",
    noPredictions(shown, "Calibration", "calibration"),
    ...chartPieces("calibration", shown).map(([file, piece]) => reliability(file, piece)),
    shown.length > 0 && calibrationTable(shown),
  );
}

function reliability(file: string, shown: readonly Predicted[]): Block {
  const { ids, classNames } = shown[0].runs[0];
  return picture(file, {
    title: "Calibration",
    caption: `n = ${plural(ids.length, "test record")}, all runs of a configuration; ten ` +
      "bins of equal width",
    curve: "calibration",
    panels: [undefined, ...classNames.keys()].map((c) => ({
      heading: c === undefined ? "all classes" : classNames[c],
      series: shown.map(({ name, runs }) => {
        const { bins } = calibrate(runs, c);
        return {
          name,
          x: bins.map(({ predicted }) => predicted),
          y: bins.map(({ observed }) => observed),
        };
      }),
    })),
  });
}

function calibrationTable(shown: readonly Predicted[]): MaybeBlock {
  const { classNames } = shown[0].runs[0];
  const errors = ({ runs }: Predicted, c: number) =>
    runs.map((run) => calibrate([run], c).expectedError);
  return table(
    "Expected calibration error (0 = calibrated), ten bins; Brier score: mean squared " +
      "error of the probabilities. Test fold, mean ± SD over seeds",
    shown,
    [
      ["configuration", ({ name }) => name],
      ["runs", ({ runs }) => String(runs.length)],
      ["mean of classes", (each) => {
        const perClass = classNames.map((_, c) => errors(each, c));
        return meanSd(each.runs.map((_, r) => mean(perClass.map((values) => values[r]))));
      }],
      ...classNames.map((name, c): Column<Predicted> => [name, (each) => meanSd(errors(each, c))]),
      ["Brier score", ({ runs }) => meanSd(runs.map((run) => calibrate([run], undefined).brier))],
    ],
  );
}

/** Of one class, or of all classes together. */
function calibrate(runs: readonly TestPredictions[], c: number | undefined) {
  const pick = (values: ArrayLike<number>, classes: number) =>
    Array.from(values).filter((_, i) => c === undefined || i % classes === c);
  return calibration(
    runs.flatMap(({ labels, classNames }) => pick(labels, classNames.length)),
    runs.flatMap(({ probabilities, classNames }) => pick(probabilities, classNames.length)),
  );
}

/** Confusion tables. */
export function confusionSection({ configurations }: ReportInput) {
  const shown = predicted(configurations);
  return section(
    "confusion",
    "Confusion",
    "A record can have several classes, or none; each class therefore has a table of its " +
      `own, at a threshold of ${THRESHOLD}. Percentages are shares of the row: the diagonal ` +
      "holds specificity (top left) and sensitivity (bottom right). With several seeds, " +
      "counts are means.",
    noPredictions(shown, "Confusion", "confusion"),
    ...shown.map(({ name, runs }) =>
      chart(`confusion_${fileName(name)}`, {
        title: `Confusion by class, ${name}`,
        caption: `n = ${plural(runs[0].ids.length, "test record")}, threshold ${THRESHOLD}, ` +
          (runs.length > 1 ? `mean of ${runs.length} seeds` : "one run"),
        classes: confusions(runs),
      }, confusionChart)
    ),
  );
}

/** Mean tables over the runs. */
function confusions(
  runs: readonly TestPredictions[],
): { name: string; table: Confusion }[] {
  const { classNames } = runs[0];
  const options = { classes: classNames.length, threshold: THRESHOLD };
  const tables = runs.map(({ labels, probabilities }) =>
    preparePredictions(labels, probabilities, options).tables()
  );
  return classNames.map((name, c) => {
    const average = (cell: keyof Confusion) => mean(tables.map((table) => table[c][cell]));
    const [tp, fp, fn, tn] = (["tp", "fp", "fn", "tn"] as const).map(average);
    return { name, table: { tp, fp, fn, tn } };
  });
}

/** What any file system takes. */
function fileName(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, "_");
}
