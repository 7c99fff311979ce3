/**
 * What this project wants to reach, and whether a benchmark reached it.
 *
 * @module
 */

import type { Peaks } from "../gpu/peaks.ts";
import type { Machine } from "./machine.ts";
import type { StartUpFigures } from "./start_up.ts";
import { type MeasuredSteps, STEP_TITLES } from "./steps.ts";

/** One wish and its outcome. */
export interface Target {
  readonly name: string;
  readonly unit: "samples/s" | "records/s" | "share" | "s" | "times";
  readonly value: number;
  readonly wanted: number;
  /** Whether more is better. */
  readonly direction: "at least" | "at most";
  readonly met: boolean;
}

/** What targets are judged by. */
export interface Judged {
  readonly machine: Pick<Machine, "adapter">;
  readonly peaks: Peaks;
  readonly steps: MeasuredSteps;
  readonly startUp?: StartUpFigures | undefined;
}

/** The targets that hold for this kind of adapter and for what was measured, judged by medians. */
export function judgeTargets({ machine, peaks, steps, startUp }: Judged): Target[] {
  const targets: Target[] = [];
  const judge = (
    name: string,
    unit: Target["unit"],
    value: number | undefined,
    direction: Target["direction"],
    wanted: number,
  ) => {
    if (value === undefined) return;
    const met = direction === "at least" ? value >= wanted : value <= wanted;
    targets.push({ name, unit, value, wanted, direction, met });
  };
  const { simclr, inference } = steps;
  if (machine.adapter.software) {
    // On two cores with AVX-512.
    judge("SimCLR", "samples/s", simclr?.samplesPerSecond.median, "at least", 27);
    judge("Inference", "records/s", inference?.samplesPerSecond.median, "at least", 180);
    for (const name of ["byol", "masked", "resnet1d"] as const) {
      const outside = steps[name]?.device?.outside;
      judge(`${STEP_TITLES[name]}, outside matrix products`, "share", outside, "at most", 0.25);
    }
  } else {
    judge(
      "SimCLR's convolutions, of the multiply-add peak",
      "share",
      simclr?.device && simclr.device.convolutions.all.gflops / peaks.gflops,
      "at least",
      0.4,
    );
    judge("SimCLR's host time, of the step", "share", simclr?.hostShare, "at most", 0.1);
  }
  judge("SimCLR's input, of the step", "share", simclr?.device?.input.share, "at most", 0.15);
  if (startUp) {
    judge(
      "1,500 records from disk to the GPU",
      "s",
      startUp.second.median * 1500 / startUp.records,
      "at most",
      1,
    );
  }
  return targets;
}
