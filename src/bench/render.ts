/**
 * A benchmark as tables.
 *
 * @module
 */

import { formatBytes, formatCount, formatPercent } from "../text/format.ts";
import { renderSettings, renderTable } from "../text/table.ts";
import type { Peaks } from "../gpu/peaks.ts";
import type { BenchReport } from "./bench.ts";
import type { Comparison } from "./compare.ts";
import { DIRECTIONS, type KernelTable, type Work } from "./kernel_table.ts";
import type { StepFigures } from "./measured_step.ts";
import type { Spread } from "./spread.ts";
import { type MeasuredSteps, STEP_TITLES, STEPS } from "./steps.ts";
import type { Target } from "./targets.ts";

/** Three significant digits, thousands separated. */
export function figure(value: number): string {
  if (value >= 1000) return formatCount(Math.round(value));
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function range({ median, minimum, maximum }: Spread): string[] {
  return [median, minimum, maximum].map(figure);
}

/** Kernels that take less of a step than this are told as one. */
const LITTLE = 0.01;

/** The whole report. */
export function renderBench(report: BenchReport, width: number): string {
  const { machine, settings, peaks, startUp } = report;
  const { adapter } = machine;
  const [channels, leads, samples] = settings.network;
  const parts = [
    renderSettings([
      ["Adapter", `${adapter.name}${adapter.software ? " (software)" : ""}`],
      ["Processor", `${machine.processor}, ${machine.threads} threads`],
      ["System", `${machine.system}, Deno ${machine.deno}`],
      [
        "Networks",
        `width ${channels}, ${leads} leads x ${samples} samples; training batch ` +
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
          : "not measured",
      ],
    ], width),
    stepTable(report.steps),
  ];
  if (adapter.timestamps) {
    const timed = titled(report.steps).map(([title, { device }]) => [title, device!] as const);
    parts.push(rateTable(timed, peaks), shareTable(timed, peaks));
    for (const [title, table] of timed) parts.push(kernelTable(title, table));
  } else {
    parts.push("The adapter has no timestamp queries, so kernels are not timed one by one");
  }
  if (report.targets.length > 0) parts.push(renderTargets(report.targets));
  if (settings.quick) parts.push("A quick run: too short for figures to be quoted");
  return parts.join("\n\n");
}

/** What was measured, under the names of tables, in their order. */
function titled(steps: MeasuredSteps): (readonly [title: string, figures: StepFigures])[] {
  return STEPS.flatMap((name) => {
    const figures = steps[name];
    return figures ? [[STEP_TITLES[name], figures] as const] : [];
  });
}

function stepTable(steps: MeasuredSteps): string {
  return renderTable(
    ["step", "samples/s", "min", "max", "ms", "host ms", "host", "outside", "launches", "memory"],
    titled(steps).map(([title, step]) => [
      title,
      ...range(step.samplesPerSecond),
      figure(step.milliseconds.median),
      figure(step.hostMilliseconds.median),
      formatPercent(step.hostShare, 1),
      step.device ? formatPercent(step.device.outside, 1) : "n/a",
      String(step.launches),
      formatBytes(step.arenaBytes),
    ]),
  );
}

/** Titles of what a step's time is shared out to, in the order of {@linkcode groups}. */
const GROUPS = [...DIRECTIONS, "linear", "input", "rest"];

function groups({ convolutions, linear, input, rest }: KernelTable): Work[] {
  return [...DIRECTIONS.map((direction) => convolutions[direction]), linear, input, rest];
}

function rateTable(timed: readonly (readonly [string, KernelTable])[], peaks: Peaks): string {
  const rate = ({ gflops }: Work) => gflops > 0 ? figure(gflops) : "-";
  return renderTable(
    ["GFLOP/s of products", ...DIRECTIONS, "convolutions", "of peak", "linear"],
    timed.map(([title, { convolutions, linear }]) => [
      title,
      ...DIRECTIONS.map((direction) => rate(convolutions[direction])),
      rate(convolutions.all),
      formatPercent(convolutions.all.gflops / peaks.gflops),
      rate(linear),
    ]),
  );
}

function shareTable(timed: readonly (readonly [string, KernelTable])[], peaks: Peaks): string {
  return renderTable(
    ["share of time", ...GROUPS, "rest GB/s", "of peak"],
    timed.map(([title, table]) => [
      title,
      ...groups(table).map(({ share, launches }) => launches > 0 ? formatPercent(share, 1) : "-"),
      figure(table.rest.gigabytesPerSecond),
      formatPercent(table.rest.gigabytesPerSecond / peaks.gigabytesPerSecond),
    ]),
  );
}

function kernelTable(title: string, { kernels }: KernelTable): string {
  const shown = kernels.filter(({ share }) => share >= LITTLE);
  const others = kernels.filter(({ share }) => share < LITTLE);
  const sum = (pick: (work: Work) => number) =>
    others.reduce((total, work) => total + pick(work), 0);
  const rows = shown.map((work) => [
    work.kernel,
    String(work.launches),
    figure(work.milliseconds),
    formatPercent(work.share, 1),
    work.gflops > 0 ? figure(work.gflops) : "-",
    figure(work.gigabytesPerSecond),
  ]);
  if (others.length > 0) {
    rows.push([
      `${others.length} others`,
      String(sum(({ launches }) => launches)),
      figure(sum(({ milliseconds }) => milliseconds)),
      formatPercent(sum(({ share }) => share), 1),
      "-",
      "-",
    ]);
  }
  return renderTable(
    [`${title}: kernel`, "launches", "ms", "share", "GFLOP/s", "GB/s"],
    rows,
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

/** A comparison as a table, with what could not be compared. */
export function renderComparison({ steps, onlyBefore, onlyNow }: Comparison): string {
  const table = renderTable(
    ["samples/s", "before", "now", "ratio"],
    steps.map(({ name, before, now, ratio }) => [
      name,
      figure(before),
      figure(now),
      ratio.toFixed(2),
    ]),
  );
  const notes: string[] = [];
  if (onlyBefore.length > 0) notes.push(`Not measured now: ${onlyBefore.join(", ")}`);
  if (onlyNow.length > 0) notes.push(`Not in the stored benchmark: ${onlyNow.join(", ")}`);
  return [table, ...notes].join("\n");
}
