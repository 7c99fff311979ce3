/** What `predict` shows and writes: table, facts, CSV, JSON and the sheet of ECG paper. */

import { basename } from "node:path";
import { sha256OfFile } from "../../checkpoint/sha256.ts";
import { describeEcg } from "../../data/files/read_ecg.ts";
import type { LeadSignals } from "../../data/signals/lead_signals.ts";
import { LEADS } from "../../data/signals/record_set.ts";
import type { EcgPrediction, EcgPredictions, LeftOutEcg } from "../../evaluation/predict.ts";
import { clinicalEcg } from "../../plots/clinical_ecg.ts";
import { formatCount, formatNumber, formatScore } from "../../text/format.ts";
import { renderTable } from "../../text/table.ts";
import { csvTable } from "./score_table.ts";

/** The end of everything that people read. */
export const NOTICE = "This is research software and no medical device: " +
  "no diagnosis and no treatment may rest on these numbers";

/** A file for the picture of each ECG: its name without extension, numbered where it is taken. */
export function figureFiles(paths: readonly string[], folder: string): string[] {
  // Some file systems take "A" and "a" for one name.
  const taken = new Set<string>();
  return paths.map((path) => {
    const stem = basename(path).replace(/\.(csv|mat)$/i, "");
    let name = stem;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
    taken.add(name.toLowerCase());
    return `${folder}/${name}.svg`;
  });
}

/** Names of the classes whose probability reaches the threshold. */
function marked(
  probabilities: Float64Array,
  classNames: readonly string[],
  threshold: number,
): string[] {
  return classNames.filter((_, c) => probabilities[c] >= threshold);
}

/**
 * Probabilities of all ECGs, a row each.
 *
 * @param names One for each ECG
 * @param threshold Probability from which on a class is marked
 */
export function predictionsTable(
  { predictions, input: { classNames } }: EcgPredictions,
  names: readonly string[],
  threshold: number,
): string {
  return renderTable(
    [{ title: "ECG", align: "left" }, ...classNames, { title: "marked", align: "left" }],
    predictions.map(({ probabilities }, i) => [
      names[i],
      ...Array.from(probabilities, (probability) => formatScore(probability)),
      marked(probabilities, classNames, threshold).join(", ") || "none",
    ]),
  );
}

/**
 * How a signal came about, in one line.
 *
 * @param signalLength Samples of a window
 */
export function describeFacts(
  { ecg, windows, kind, doubts }: EcgPrediction,
  signalLength: number,
): string {
  const facts = [describeEcg(ecg)];
  if (windows.length > 1) {
    const last = formatNumber(windows[windows.length - 1].start);
    facts.push(
      `mean of ${formatCount(windows.length)} windows` +
        (ecg.signalLength % signalLength > 0 ? `, the last from ${last} s on` : ""),
    );
  }
  facts.push(kind === "mat" ? `leads not named: taken as ${LEADS.join(" ")}` : "12 leads by name");
  return [...facts, ...doubts].join("; ");
}

/**
 * Draws an ECG with its probabilities, at the rate of its file: resampling has removed what is
 * above 40 % of the rate that the network sees.
 *
 * @param signals The record at its own rate
 * @param name What the sheet calls the record
 * @param caption What gave the probabilities
 * @returns SVG
 */
export function drawPrediction(
  { windows, probabilities }: EcgPrediction,
  { samplingRate, leads }: LeadSignals,
  classNames: readonly string[],
  { name, caption }: { readonly name: string; readonly caption: string },
): string {
  const mean = windows.length > 1 ? `, mean of ${formatCount(windows.length)} windows` : "";
  return clinicalEcg({
    title: "12-lead ECG (research software, no medical device)",
    record: name,
    samplingRate,
    leads: LEADS.map((lead, index) => ({ name: lead, samples: leads[index] })),
    from: windows[0].start,
    probabilities: {
      caption: caption + mean,
      classes: classNames.map((each, c) => ({ name: each, probability: probabilities[c] })),
    },
  });
}

/** A row for each ECG: file, number of windows, probabilities, names of the marked classes. */
export function predictionTableCsv(
  { predictions, input: { classNames } }: EcgPredictions,
  threshold: number,
): string {
  return csvTable(predictions, [
    { title: "file", value: ({ name }) => name },
    { title: "windows", value: ({ windows }) => windows.length },
    ...classNames.map((title, c) => ({
      title,
      value: ({ probabilities }: EcgPrediction) => probabilities[c],
    })),
    {
      title: "marked",
      value: ({ probabilities }) => marked(probabilities, classNames, threshold).join("; "),
    },
  ]);
}

/**
 * Everything, for the JSON file.
 *
 * @param figures A picture for each ECG, or none
 */
export async function describePredictions(
  { predictions, input, normalization, adapter }: EcgPredictions,
  leftOut: readonly LeftOutEcg[],
  figures: readonly string[],
  settings: {
    readonly checkpoint: string;
    readonly windows: "all" | "first";
    readonly threshold: number;
  },
): Promise<unknown> {
  const { classNames } = input;
  const byName = (probabilities: Float64Array) =>
    Object.fromEntries(classNames.map((name, c) => [name, probabilities[c]]));
  return {
    notice: NOTICE,
    checkpoint: settings.checkpoint,
    checkpoint_sha256: await sha256OfFile(settings.checkpoint),
    adapter,
    class_names: classNames,
    sampling_rate: input.samplingRate,
    signal_length: input.signalLength,
    assumptions: input.assumptions,
    normalisation: normalization,
    output: "sigmoid",
    windows: settings.windows,
    threshold: settings.threshold,
    ecgs: predictions.map(({ name, kind, ecg, windows, probabilities, doubts }, i) => ({
      file: name,
      probabilities: byName(probabilities),
      marked: marked(probabilities, classNames, settings.threshold),
      windows: windows.map((each) => ({
        start: each.start,
        probabilities: byName(each.probabilities),
      })),
      source_rate: ecg.sourceRate,
      duration: ecg.duration,
      start: ecg.start,
      resampled: ecg.sourceRate !== ecg.samplingRate,
      seconds_of_zeros: ecg.padded / ecg.samplingRate,
      seconds_left_out: ecg.cut / ecg.samplingRate,
      leads_by_name: kind !== "mat",
      doubts,
      figure: figures[i] ?? null,
    })),
    left_out: leftOut.map(({ name, reason }) => ({ file: name, reason })),
  };
}
