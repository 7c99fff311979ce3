/**
 * `bench` as a person sees it.
 *
 * @module
 */

import { runBench as measure } from "../bench/bench.ts";
import { assertNoRegression, compareBenches, readBench } from "../bench/compare.ts";
import { adapterSlug } from "../bench/machine.ts";
import { renderBench, renderComparison } from "../bench/render.ts";
import { roundedJson } from "../bench/rounded_json.ts";
import type { StepName } from "../bench/steps.ts";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { terminalWidth } from "../console/terminal.ts";
import type { DeviceOptions } from "../console/flags/training_flags.ts";
import { ptbXl } from "../data/datasets/ptb_xl.ts";
import { UserError } from "../errors.ts";
import { openDevice } from "../runs/device.ts";
import { INFERENCE_ROWS } from "../evaluation/inference.ts";

/** The options of `bench`. */
export interface BenchFlags extends DeviceOptions {
  readonly batchSize: number;
  /** Steps to time; absent: all, and the way from disk to the GPU. */
  readonly only: readonly StepName[] | undefined;
  readonly dataRoot: string | undefined;
  readonly out: string | undefined;
  /** Figures of an earlier run. */
  readonly compare: string | undefined;
  readonly quick: boolean;
}

/** Where PTB-XL is looked for when nobody says. */
function findPtbXl(): string | undefined {
  const shared = Deno.env.get("SSRL_ECG_DATA") ?? "../shared/data";
  return ["data/PTB-XL", `${shared}/ptb-xl`].find(ptbXl.isIn);
}

/** Runs the command. */
export async function runBench(
  options: BenchFlags,
  context: Pick<CommandContext, "signal">,
): Promise<void> {
  const stored = options.compare === undefined ? undefined : await readBench(options.compare);
  const dataRoot = options.dataRoot ?? (options.only ? undefined : findPtbXl());
  if (dataRoot !== undefined && !ptbXl.isIn(dataRoot)) {
    throw new UserError(
      `There is no ptbxl_database.csv in ${dataRoot}: give the folder of PTB-XL as --data-root`,
    );
  }
  const { gpu, kernels } = await openDevice(options);
  const report = await measure(gpu, kernels, {
    batch: options.batchSize,
    inferenceBatch: options.quick ? Math.min(options.batchSize, INFERENCE_ROWS) : INFERENCE_ROWS,
    quick: options.quick,
    ...(options.only && { only: options.only }),
    ...(dataRoot === undefined ? {} : { dataRoot }),
    signal: context.signal,
    onPart: (part) => console.error(`Measuring ${part} ...`),
  });
  console.log(`\n${renderBench(report, Math.min(100, terminalWidth()))}\n`);
  const whole = options.only === undefined && !options.quick;
  const out = options.out ??
    (whole ? `results/bench/${adapterSlug(gpu.name)}.json` : undefined);
  if (out !== undefined) {
    await writeFileAtomically(out, roundedJson(report));
    console.log(`Figures: ${out}`);
  }
  if (stored) {
    const comparison = compareBenches(stored, report);
    console.log(`\n${renderComparison(comparison)}\n`);
    assertNoRegression(comparison);
  }
}
