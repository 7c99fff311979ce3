import { runBench } from "../src/bench/bench.ts";
import { assertNoRegression, compareBenches, readBench } from "../src/bench/compare.ts";
import { roundedJson } from "../src/bench/figures.ts";
import { adapterSlug } from "../src/bench/machine.ts";
import { renderBench, renderComparison } from "../src/bench/render.ts";
import { STEPS } from "../src/bench/steps.ts";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, integerFlag, pathFlag, stringListFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags } from "../src/console/flags/training_flags.ts";
import { pageWidth } from "../src/console/terminal.ts";
import { ptbXl } from "../src/data/datasets/ptb_xl.ts";
import { UserError } from "../src/errors.ts";
import { INFERENCE_ROWS } from "../src/evaluation/inference.ts";
import { openDevice } from "../src/runs/device.ts";

export const command = defineCommand({
  name: "bench",
  summary: "Time training and inference on this machine",
  description: [
    `Times a step each (${
      Object.values(STEPS).map(({ title }) => title).join(", ")
    }) on synthetic ` +
    "records that live on the GPU, measures the adapter's peaks in the same run, and writes all " +
    "figures as JSON.",
    "Rates are medians; every repetition ends with one reading of the losses, as in training.",
  ],
  flags: {
    "batch-size": integerFlag({
      default: 64,
      minimum: 2,
      description: "Records of a training step",
    }),
    "only": stringListFlag({
      choices: Object.keys(STEPS),
      defaultText: "all, and loading from disk to the GPU",
      description: "Steps to time",
    }),
    "data-root": pathFlag({
      description: "Folder of PTB-XL, to time loading from disk to the GPU",
      defaultText: "data/PTB-XL where it exists",
    }),
    "out": pathFlag({
      description: "File to write",
      defaultText: "results/bench/ADAPTER.json; none with --only or --quick",
    }),
    "compare": pathFlag({
      description: "Fail when anything is more than 20 % slower than in this file",
    }),
    "quick": booleanFlag({ description: "A run of seconds, for tests" }),
    ...deviceFlags,
  },
  examples: [
    { args: "", about: "Everything, in a few minutes" },
    {
      args: "--compare results/bench/nvidia-h200.json --out /tmp/now.json",
      about: "Has it become slower?",
    },
    { args: "--only byol,masked", about: "Two steps, for a look" },
    { args: "--quick --batch-size 4", about: "Does it run?" },
  ],
  async run(options, { signal }) {
    const { batchSize, only, quick } = options;
    const stored = options.compare === undefined ? undefined : await readBench(options.compare);
    const dataRoot = options.dataRoot ?? (only ? undefined : findPtbXl());
    if (dataRoot !== undefined && !ptbXl.isIn(dataRoot)) {
      throw new UserError(
        `There is no ptbxl_database.csv in ${dataRoot}: give the folder of PTB-XL as --data-root`,
      );
    }
    const { gpu, kernels } = await openDevice(options);
    const report = await runBench(gpu, kernels, {
      batch: batchSize,
      inferenceBatch: quick ? Math.min(batchSize, INFERENCE_ROWS) : INFERENCE_ROWS,
      quick,
      only,
      dataRoot,
      signal,
      onPart: (part) => console.error(`Measuring ${part} ...`),
    });
    console.log(`\n${renderBench(report, pageWidth())}\n`);
    const whole = only === undefined && !quick;
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
  },
});

/** Where PTB-XL is looked for when nobody says. */
function findPtbXl(): string | undefined {
  const shared = Deno.env.get("SSRL_ECG_DATA") ?? "../shared/data";
  return ["data/PTB-XL", `${shared}/ptb-xl`].find(ptbXl.isIn);
}

if (import.meta.main) await runCommand(command);
