/** What this project wants to reach, and whether a benchmark reached it. */

import type { Peaks } from "../gpu/peaks.ts";
import type { MeasuredSteps, StartUpFigures } from "./bench.ts";
import type { Machine } from "./machine.ts";
import { STEPS } from "./steps.ts";

/** One target and its outcome. */
export interface Target {
  readonly name: string;
  readonly unit: "samples/s" | "records/s" | "share" | "s" | "times";
  readonly value: number;
  readonly wanted: number;
  /** Whether more is better. */
  readonly direction: "at least" | "at most";
  readonly met: boolean;
}

/** A target judged by a value; none where that was not measured. */
export function judge(
  name: string,
  unit: Target["unit"],
  value: number | undefined,
  direction: Target["direction"],
  wanted: number,
): Target[] {
  if (value === undefined) return [];
  const met = direction === "at least" ? value >= wanted : value <= wanted;
  return [{ name, unit, value, wanted, direction, met }];
}

/** The targets that hold for this kind of adapter and for what was measured, judged by medians. */
export function judgeTargets({ machine, peaks, steps, startUp }: {
  readonly machine: Pick<Machine, "adapter">;
  readonly peaks: Peaks;
  readonly steps: MeasuredSteps;
  readonly startUp?: StartUpFigures;
}): Target[] {
  const { simclr, inference } = steps;
  const convolutions = simclr?.device?.convolutions.all.gflops;
  const startSeconds = startUp && startUp.second.median * 1500 / startUp.records;
  // Rates are for two cores with AVX-512.
  const ofAdapter = machine.adapter.software
    ? [
      judge("SimCLR", "samples/s", simclr?.samplesPerSecond.median, "at least", 27),
      judge("Inference", "records/s", inference?.samplesPerSecond.median, "at least", 180),
      ...["byol", "masked", "resnet1d"].map((name) => {
        const outside = steps[name]?.device?.outside;
        const title = `${STEPS[name].title}, outside matrix products`;
        return judge(title, "share", outside, "at most", 0.25);
      }),
    ]
    : [
      judge(
        "SimCLR's convolutions, of the multiply-add peak",
        "share",
        convolutions && convolutions / peaks.gflops,
        "at least",
        0.4,
      ),
      judge("SimCLR's host time, of the step", "share", simclr?.hostShare, "at most", 0.1),
    ];
  const inputShare = simclr?.device?.input.share;
  return [
    ...ofAdapter,
    judge("SimCLR's input, of the step", "share", inputShare, "at most", 0.15),
    judge("1,500 records from disk to the GPU", "s", startSeconds, "at most", 1),
  ].flat();
}
