/**
 * `analyze-retraining-strategy` as a person sees it.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { canonicalJson } from "../checkpoint/metadata.ts";
import { sha256OfBytes } from "../checkpoint/sha256.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatSigned } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import { UserError } from "../errors.ts";
import {
  analyzeRetrainingStrategy,
  type EpochsRecommendation,
  type RetrainingRecommendations,
} from "../results/analyze_retraining_strategy.ts";
import { type Improvement, readMeasuredImprovements } from "../results/measured_improvements.ts";
import { findRuns, type FoundRuns } from "../results/read_run.ts";
import type { RetrainedMethod } from "../results/retraining_evidence.ts";
import { VERSION } from "../version.ts";
import { assertFolderWritable, printSettings } from "../console/console.ts";

/** The options of `analyze-retraining-strategy`. */
export interface RetrainingStrategyFlags {
  readonly experiment: "all" | RetrainedMethod;
  readonly resultsDir: string;
  readonly force: boolean;
}

/** Runs the command. */
export async function runAnalyzeRetrainingStrategy(
  { experiment, resultsDir, force }: RetrainingStrategyFlags,
  { program, given }: CommandContext,
): Promise<void> {
  if (given.has("results-dir") && !existsSync(resultsDir)) {
    throw new UserError(`There is no folder ${resultsDir}: give the one that holds the runs`);
  }
  const out = join(resultsDir, "retraining_recommendations.json");
  assertFolderWritable(out, "--results-dir");
  if (!force) assertAsWritten(out);
  const found = findRuns(resultsDir);
  const improvements = readMeasuredImprovements(resultsDir);
  const recommendations = analyzeRetrainingStrategy({
    runs: found.runs,
    improvements,
    experiment,
    program,
  });
  const content = JSON.parse(JSON.stringify({
    timestamp: new Date().toISOString(),
    version: VERSION,
    results: resultsDir,
    experiment,
    ...recommendations,
    unreadable_runs: found.damaged,
  }));
  const sealed = { ...content, content_sha256: seal(content) };
  await writeFileAtomically(out, JSON.stringify(sealed, null, 2) + "\n");
  print(recommendations, found, out);
}

/** SHA-256 of what the file holds besides it. */
function seal(content: unknown): string {
  return sha256OfBytes(new TextEncoder().encode(canonicalJson(content)));
}

/** @throws {UserError} When the file that is there is not as this command wrote it. */
function assertAsWritten(path: string): void {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    const { content_sha256, ...content } = JSON.parse(text);
    if (content_sha256 === seal(content)) return;
  } catch {
    // said below
  }
  throw new UserError(
    `${path} was changed since this command wrote it. Keep a copy and give --force to write it anew`,
  );
}

function print(
  { epochs_recommendation, augmentation_recommendation, experiments_to_run }:
    RetrainingRecommendations,
  { runs, damaged }: FoundRuns,
  out: string,
): void {
  const finished = runs.filter(({ state }) => state === "finished").length;
  printSettings([
    ["Command", "analyze-retraining-strategy"],
    ["Runs", `${formatCount(runs.length)}, of which ${formatCount(finished)} finished`],
    ["Unreadable", damaged.length > 0 ? damaged.map(({ reason }) => reason).join("\n") : undefined],
  ]);
  console.log(
    renderTable(
      ["method", "epochs now", "recommended", "source"],
      Object.entries(epochs_recommendation).map(([method, entry]) => [
        method,
        String(entry.current),
        String(entry.recommended),
        describeSource(entry),
      ]),
    ) + "\n",
  );
  printSettings(
    Object.entries(epochs_recommendation).map(([method, { reason }]) => [method, reason]),
  );
  const { expected_improvement, reason } = augmentation_recommendation;
  printSettings([["augmentations", describeExpected(expected_improvement, reason)]]);
  if (experiments_to_run.length === 0) {
    console.log("Nothing to train again: the runs had the recommended number of epochs\n");
  }
  for (const { name, command, ...expected } of experiments_to_run) {
    // The command on a line of its own, never wrapped: it is to be copied.
    console.log(`${name}\n  ${command}`);
    console.log(
      `  Improvement: ${
        describeExpected(expected.expected_improvement, expected.expected_improvement_reason)
      }\n`,
    );
  }
  printSettings([["Recommendations", out]]);
}

function describeSource({ source, runs }: EpochsRecommendation): string {
  if (source === "default") return "default";
  return `measured, ${formatCount(runs.length)} ${runs.length === 1 ? "run" : "runs"}`;
}

/** What was measured, in front of what it is; or why there is nothing. */
function describeExpected(improvement: Improvement | null, reason: string): string {
  if (improvement === null) return reason;
  const { mean, interval_95, n, over } = improvement;
  return `AUROC ${formatSigned(mean)}` +
    (interval_95 === null
      ? ""
      : ` (${formatSigned(interval_95[0])} to ${formatSigned(interval_95[1])})`) +
    `, n = ${formatCount(n)} ${over}: ${reason}`;
}
