/**
 * A benchmark as tables.
 *
 * @module
 */

import { formatBytes, formatCount, formatPercent } from "../cli/format.ts";
import { renderSettings, renderTable } from "../cli/table.ts";
import type { BenchReport } from "./bench.ts";
import type { Comparison } from "./compare.ts";
import { DIRECTIONS, type Work } from "./kernel_table.ts";
import type { Spread } from "./spread.ts";
import type { Target } from "./targets.ts";

/** Three significant digits, thousands separated. */
export function figure(value: number): string {
  if (value >= 1000) return formatCount(Math.round(value));
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function range({ median, minimum, maximum }: Spread): string[] {
  return [median, minimum, maximum].map(figure);
}

/** The whole report. */
export function renderBench(report: BenchReport, width: number): string {
  const { machine, settings, peaks, simclr, startUp } = report;
  const { adapter } = machine;
  const [channels, leads, samples] = settings.encoder;
  const parts = [
    renderSettings([
      ["Adapter", `${adapter.name}${adapter.software ? " (software)" : ""}`],
      ["Processor", `${machine.processor}, ${machine.threads} threads`],
      ["System", `${machine.system}, Deno ${machine.deno}`],
      [
        "Network",
        `encoder of width ${channels}, ${leads} leads x ${samples} samples; training batch ` +
        `${settings.batch}, inference batch ${settings.inferenceBatch}`,
      ],
      [
        "Peaks",
        `${figure(peaks.gflops)} GFLOP/s multiply-add in registers, ` +
        `${figure(peaks.gigabytesPerSecond)} GB/s copy`,
      ],
      [
        "Start",
        startUp
          ? `${formatCount(startUp.records)} records from disk to the GPU: ` +
            `${figure(startUp.second.median)} s with cache (${figure(startUp.upload.median)} s ` +
            `of it upload), ${figure(startUp.first)} s at first`
          : "not measured: there is no PTB-XL",
      ],
    ], width),
    stepTable(report),
  ];
  if (simclr.device) {
    parts.push(directionTable(report), kernelTable(report));
  } else {
    parts.push("The adapter has no timestamp queries, so kernels are not timed one by one");
  }
  parts.push(renderTargets(report.targets));
  if (settings.quick) parts.push("A quick run: too short for figures to be quoted");
  return parts.join("\n\n");
}

function stepTable({ simclr, finetune, inference }: BenchReport): string {
  return renderTable(
    ["", "samples/s", "min", "max", "ms", "host ms", "host", "input", "launches", "memory"],
    ([
      ["SimCLR step", simclr],
      ["Fine-tuning step", finetune],
      ["Inference", inference],
    ] as const).map(([name, step]) => [
      name,
      ...range(step.samplesPerSecond),
      figure(step.milliseconds.median),
      figure(step.hostMilliseconds.median),
      formatPercent(step.hostShare, 1),
      step.device ? formatPercent(step.device.input.share, 1) : "n/a",
      String(step.launches),
      formatBytes(step.arenaBytes),
    ]),
  );
}

function directionTable({ simclr, finetune, inference, peaks }: BenchReport): string {
  const rows: string[][] = [];
  const names = { simclr: "SimCLR step", finetune: "Fine-tuning step", inference: "Inference" };
  for (const [key, step] of Object.entries({ simclr, finetune, inference })) {
    const { convolutions, linear, rest, input } = step.device!;
    const add = (what: string, work: Work, rate: string, ofPeak: string) => {
      if (work.launches === 0) return;
      rows.push([
        names[key as keyof typeof names],
        what,
        figure(work.milliseconds),
        formatPercent(work.share, 1),
        rate,
        ofPeak,
      ]);
    };
    const product = (what: string, work: Work) =>
      add(what, work, `${figure(work.gflops)} GFLOP/s`, formatPercent(work.gflops / peaks.gflops));
    const memory = (what: string, work: Work) =>
      add(
        what,
        work,
        `${figure(work.gigabytesPerSecond)} GB/s`,
        formatPercent(work.gigabytesPerSecond / peaks.gigabytesPerSecond),
      );
    for (const direction of DIRECTIONS) {
      product(`convolutions, ${direction}`, convolutions[direction]);
    }
    product("convolutions, all", convolutions.all);
    product("linear layers", linear);
    memory("input pipeline", input);
    memory("the rest", rest);
  }
  return renderTable(
    ["", "part", "ms", "share", { title: "rate", align: "right" }, "of peak"],
    rows,
  );
}

function kernelTable({ simclr }: BenchReport): string {
  return renderTable(
    ["kernel of the SimCLR step", "launches", "ms", "share", "GFLOP/s", "GB/s"],
    simclr.device!.kernels.map((work) => [
      work.kernel,
      String(work.launches),
      figure(work.milliseconds),
      formatPercent(work.share, 1),
      work.gflops > 0 ? figure(work.gflops) : "-",
      figure(work.gigabytesPerSecond),
    ]),
  );
}

/** Targets as a table. */
export function renderTargets(targets: readonly Target[]): string {
  const write = (value: number, unit: Target["unit"]) =>
    unit === "share" ? formatPercent(value, 1) : `${figure(value)} ${unit}`;
  return renderTable(
    ["target", { title: "wanted", align: "right" }, { title: "reached", align: "right" }, "met"],
    targets.map(({ name, unit, value, wanted, direction, met }) => [
      name,
      `${direction} ${write(wanted, unit)}`,
      write(value, unit),
      met ? "yes" : "no",
    ]),
  );
}

/** A comparison as a table. */
export function renderComparison(comparisons: readonly Comparison[]): string {
  return renderTable(
    ["samples/s", "before", "now", "ratio"],
    comparisons.map(({ name, before, now, ratio }) => [
      name,
      figure(before),
      figure(now),
      ratio.toFixed(2),
    ]),
  );
}
