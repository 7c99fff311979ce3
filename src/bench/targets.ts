/**
 * What this project wants to reach, and whether a benchmark reached it.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import type { StepFigures } from "./measured_step.ts";
import type { StartUpFigures } from "./start_up.ts";
import type { Peaks } from "../gpu/peaks.ts";

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
  readonly simclr: StepFigures;
  readonly inference: StepFigures;
  readonly startUp?: StartUpFigures | undefined;
}

/** The targets that hold for this kind of adapter, judged by medians. */
export function judgeTargets({ machine, peaks, simclr, inference, startUp }: Judged): Target[] {
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
  const { device } = simclr;
  if (machine.adapter.software) {
    // On two cores with AVX-512.
    judge("SimCLR step", "samples/s", simclr.samplesPerSecond.median, "at least", 27);
    judge("Inference", "records/s", inference.samplesPerSecond.median, "at least", 180);
  } else {
    judge(
      "Convolutions, of the multiply-add peak",
      "share",
      device && device.convolutions.all.gflops / peaks.gflops,
      "at least",
      0.4,
    );
    judge("Host time, of the step", "share", simclr.hostShare, "at most", 0.1);
  }
  judge("Input pipeline, of the step", "share", device?.input.share, "at most", 0.15);
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
