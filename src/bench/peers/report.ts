/**
 * The comparison with others as tables.
 *
 * @module
 */

import { renderSettings, renderTable } from "../../text/table.ts";
import type { Machine } from "../machine.ts";
import { figure, renderTargets } from "../render.ts";
import type { Target } from "../targets.ts";
import { LOSS_TOLERANCE, type PeerFigures, type PeerReport } from "./run_peers.ts";

/** First entry of a stored comparison. */
export const BENCH_PEERS_FORMAT = "ssrl-ecg bench-peers 1";

/** What a comparison stores. */
export interface BenchPeersReport extends PeerReport {
  readonly format: typeof BENCH_PEERS_FORMAT;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly settings: { readonly batch: number; readonly rounds: number; readonly seconds: number };
  readonly targets: readonly Target[];
}

/** How many times as fast as each of the others this project wants to be. */
export function judgePeers(machine: Machine, figures: readonly PeerFigures[]): Target[] {
  const wishes: [name: string, wanted: number][] = [["jax-js", 5], ["TensorFlow.js", 15]];
  // Eager PyTorch in float32 on the same NVIDIA GPU; its processor path is another league.
  if (/nvidia/i.test(machine.adapter.name)) wishes.push(["PyTorch", 0.8]);
  return wishes.flatMap(([name, wanted]): Target[] => {
    const value = figures.find((each) => each.name === name)?.ratio?.median;
    return value === undefined ? [] : [{
      name: `Times as fast as ${name}`,
      unit: "times",
      value,
      wanted,
      direction: "at least",
      met: value >= wanted,
    }];
  });
}

/** The whole report. */
export function renderPeers(report: BenchPeersReport): string {
  const { machine, settings, figures, skipped, targets } = report;
  const parts = [
    renderSettings([
      ["Adapter", machine.adapter.name],
      ["Processor", `${machine.processor}, ${machine.threads} threads`],
      [
        "Step",
        `SimCLR, batch ${settings.batch} (${2 * settings.batch} rows of 12 x 1000), float32, ` +
        `no augmentation; ${settings.rounds} rounds of ${settings.seconds} s each`,
      ],
      ...figures.map(({ name, about }) => [name, about] as const),
    ], 100),
    renderTable(
      ["", "samples/s", "min", "max", "ms", "ours by theirs", "first loss", "last loss"],
      figures.map(({ name, samplesPerSecond, milliseconds, ratio, losses }) => [
        name,
        figure(samplesPerSecond.median),
        figure(samplesPerSecond.minimum),
        figure(samplesPerSecond.maximum),
        figure(milliseconds.median),
        ratio ? figure(ratio.median) : "-",
        losses[0].toFixed(4),
        losses[losses.length - 1].toFixed(4),
      ]),
    ),
  ];
  const odd = figures.filter(({ firstLossDifference: d }) => !(d <= LOSS_TOLERANCE));
  for (const { name, losses } of odd) {
    parts.push(
      `Caution: the first loss of ${name} is ${losses[0]}, not this project's ` +
        `${figures[0].losses[0]}, so the two do not compute the same`,
    );
  }
  for (const { name, reason } of skipped) parts.push(`${name} was left out: ${reason}`);
  if (targets.length > 0) parts.push(renderTargets(targets));
  return parts.join("\n\n");
}
