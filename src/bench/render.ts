/** A benchmark as tables. */

import { formatBytes, formatCount, formatNumber, formatPercent } from "../text/format.ts";
import { renderRows, renderSettings } from "../text/table.ts";
import type { BenchReport, StartUpFigures } from "./bench.ts";
import type { Comparison } from "./compare.ts";
import { DIRECTIONS, type Group, GROUPS, type KernelTable, type Work } from "./kernel_table.ts";
import type { StepFigures } from "./measure_step.ts";
import { STEPS } from "./steps.ts";
import type { Target } from "./targets.ts";

/** Kernels that take less of a step than this are summed up in one row. */
const LITTLE = 0.01;

/** Three significant digits, more than any timing has. */
export const figure = (value: number): string => formatNumber(value, 3);

const rate = ({ gflops }: Work) => gflops > 0 ? figure(gflops) : "-";

/** Columns of what is timed in repetitions. */
export const SPEED_COLUMNS = [
  ["samples/s", ({ samplesPerSecond }) => figure(samplesPerSecond.median)],
  ["min", ({ samplesPerSecond }) => figure(samplesPerSecond.minimum)],
  ["max", ({ samplesPerSecond }) => figure(samplesPerSecond.maximum)],
  ["ms", ({ milliseconds }) => figure(milliseconds.median)],
] satisfies [string, (of: Pick<StepFigures, "samplesPerSecond" | "milliseconds">) => string][];

/** The whole report. */
export function renderBench(report: BenchReport, width: number): string {
  const { machine, settings, peaks, startUp, targets } = report;
  const { adapter } = machine;
  const [channels, leads, samples] = settings.network;
  const steps = Object.entries(STEPS).flatMap(([name, { title }]) => {
    const figures = report.steps[name];
    return figures ? [{ title, ...figures }] : [];
  });
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
      ["Start", startUp ? describeStart(startUp) : "not measured"],
    ], width),
    renderRows(steps, [
      ["step", ({ title }) => title],
      ...SPEED_COLUMNS,
      ["host ms", ({ hostMilliseconds }) => figure(hostMilliseconds.median)],
      ["host", ({ hostShare }) => formatPercent(hostShare, 1)],
      ["outside", ({ device }) => device ? formatPercent(device.outside, 1) : "n/a"],
      ["launches", ({ launches }) => String(launches)],
      ["memory", ({ arenaBytes }) => formatBytes(arenaBytes)],
    ]),
  ];
  if (adapter.timestamps) {
    const timed = steps.map(({ title, device }) => ({ title, ...device! }));
    parts.push(
      renderRows(timed, [
        ["GFLOP/s of products", ({ title }) => title],
        ...DIRECTIONS.map((direction) =>
          [direction, (table: KernelTable) => rate(table.convolutions[direction])] as const
        ),
        ["convolutions", ({ convolutions }) => rate(convolutions.all)],
        ["of peak", ({ convolutions }) => formatPercent(convolutions.all.gflops / peaks.gflops)],
        ["linear", ({ linear }) => rate(linear)],
      ]),
      renderRows(timed, [
        ["share of time", ({ title }) => title],
        ...GROUPS.map((group) => [group, (table: KernelTable) => shareOf(table, group)] as const),
        ["rest GB/s", ({ rest }) => figure(rest.gigabytesPerSecond)],
        [
          "of peak",
          ({ rest }) => formatPercent(rest.gigabytesPerSecond / peaks.gigabytesPerSecond),
        ],
      ]),
      ...timed.map(({ title, kernels }) => kernelTable(title, kernels)),
    );
  } else {
    parts.push("The adapter has no timestamp queries, so kernels are not timed one by one");
  }
  if (targets.length > 0) parts.push(renderTargets(targets));
  if (settings.quick) parts.push("A quick run: too short for figures to be quoted");
  return parts.join("\n\n");
}

function describeStart({ records, first, second, upload }: StartUpFigures): string {
  return `${formatCount(records)} records from disk to the GPU: ${figure(second.median)} s with ` +
    `cache (${figure(upload.median)} s of it upload), ${figure(first)} s at first`;
}

function shareOf({ convolutions, ...others }: KernelTable, group: Group): string {
  const { share, launches } = { ...convolutions, ...others }[group];
  return launches > 0 ? formatPercent(share, 1) : "-";
}

function kernelTable(title: string, kernels: KernelTable["kernels"]): string {
  const others = kernels.filter(({ share }) => share < LITTLE);
  const sum = (key: "launches" | "milliseconds" | "share") =>
    others.reduce((total, work) => total + work[key], 0);
  const rows = [
    ...kernels.filter(({ share }) => share >= LITTLE),
    ...others.length === 0 ? [] : [{
      kernel: `${others.length} others`,
      launches: sum("launches"),
      milliseconds: sum("milliseconds"),
      share: sum("share"),
      gflops: 0,
      gigabytesPerSecond: NaN,
    }],
  ];
  return renderRows(rows, [
    [`${title}: kernel`, ({ kernel }) => kernel],
    ["launches", ({ launches }) => String(launches)],
    ["ms", ({ milliseconds }) => figure(milliseconds)],
    ["share", ({ share }) => formatPercent(share, 1)],
    ["GFLOP/s", rate],
    ["GB/s", ({ gigabytesPerSecond: rate }) => Number.isNaN(rate) ? "-" : figure(rate)],
  ]);
}

/** Targets as a table. */
export function renderTargets(targets: readonly Target[]): string {
  const write = (value: number, unit: Target["unit"]) =>
    unit === "share" ? formatPercent(value, 1) : `${figure(value)} ${unit}`;
  return renderRows(targets, [
    ["target", ({ name }) => name],
    [
      { title: "wanted", align: "right" },
      ({ direction, wanted, unit }) => `${direction} ${write(wanted, unit)}`,
    ],
    [{ title: "reached", align: "right" }, ({ value, unit }) => write(value, unit)],
    ["met", ({ met }) => met ? "yes" : "no"],
  ]);
}

/** A comparison as a table, with what could not be compared. */
export function renderComparison({ steps, onlyBefore, onlyNow }: Comparison): string {
  const lines = [renderRows(steps, [
    ["samples/s", ({ name }) => name],
    ["before", ({ before }) => figure(before)],
    ["now", ({ now }) => figure(now)],
    ["ratio", ({ ratio }) => ratio.toFixed(2)],
  ])];
  if (onlyBefore.length > 0) lines.push(`Not measured now: ${onlyBefore.join(", ")}`);
  if (onlyNow.length > 0) lines.push(`Not in the stored benchmark: ${onlyNow.join(", ")}`);
  return lines.join("\n");
}
