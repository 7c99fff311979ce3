import { assertEquals } from "@std/assert";
import {
  planMultiseed,
  PRETRAINING_BATCH,
  PRETRAINING_RECIPES,
  type PretrainTask,
} from "../../src/experiments/multiseed_plan.ts";
import { noNormalization } from "../../src/data/signals/normalization.ts";
import { splitByFolds } from "../../src/data/sampling/splits.ts";
import { command as byol } from "../../scripts/train_byol.ts";
import { command as masked } from "../../scripts/train_masked.ts";
import { command as simclr } from "../../scripts/train_simclr.ts";
import { smallSet } from "../support/small_workspace.ts";

const OPTIONS = {
  configurations: [
    { method: "supervised", loss: "bce", balancing: "standard" },
    { method: "simclr", loss: "focal", balancing: "oversample" },
  ],
  seeds: [7, 1234],
  labelFraction: 0.1,
  epochs: 30,
  batchSize: 64,
  learningRate: 1e-3,
  pretraining: { epochs: 20, once: false },
  folder: "runs",
  checkpointFolder: "checkpoints",
} as const;

function plan(options: Parameters<typeof planMultiseed>[1]) {
  const set = smallSet();
  return planMultiseed(
    { set, split: splitByFolds(set), normalization: noNormalization() },
    options,
  );
}

Deno.test("runs have the documented names and come seed by seed, encoders before them", () => {
  const tasks = plan(OPTIONS);
  assertEquals(tasks.map(({ name }) => name), [
    "bce_standard_seed007",
    "pretrain_simclr_seed007",
    "simclr_focal_oversample_seed007",
    "bce_standard_seed1234",
    "pretrain_simclr_seed1234",
    "simclr_focal_oversample_seed1234",
  ]);
  assertEquals(tasks.map(({ out }) => out.replaceAll("\\", "/")), [
    "checkpoints/multiseed_bce_standard_seed007.pt",
    "runs/pretrain_simclr_seed007/encoder.pt",
    "checkpoints/multiseed_simclr_focal_oversample_seed007.pt",
    "checkpoints/multiseed_bce_standard_seed1234.pt",
    "runs/pretrain_simclr_seed1234/encoder.pt",
    "checkpoints/multiseed_simclr_focal_oversample_seed1234.pt",
  ]);
  assertEquals(tasks[1].settings.batchSize, 256);
});

Deno.test("one encoder for all seeds is that of the first, and runs on another differ in settings", () => {
  const each = plan(OPTIONS);
  const once = plan({ ...OPTIONS, pretraining: { epochs: 20, once: true } });
  assertEquals(once.filter(({ kind }) => kind === "pretraining"), [each[1]]);
  const last = once[once.length - 1];
  assertEquals(last.kind === "classifier" ? last.pretraining : last, each[1] as PretrainTask);
  assertEquals(last.settings.pretrainSeed, 7);
  assertEquals(each[each.length - 1].settings.pretrainSeed, 1234);
  assertEquals(once[2], each[2]);
});

Deno.test("pretraining has the settings of its commands", () => {
  const half = 250; // half a second at 500 Hz
  const { temperature, config } = simclr.flags;
  assertEquals(PRETRAINING_RECIPES.simclr(500).settings, {
    temperature: temperature.absent,
    projection: simclr.flags["projection-dim"].absent,
    config: config.absent,
  });
  assertEquals(PRETRAINING_RECIPES.byol(500).settings, {
    momentum: byol.flags["momentum-tau"].absent,
    schedule: byol.flags["tau-schedule"].absent,
    config: byol.flags.config.absent,
  });
  assertEquals(PRETRAINING_RECIPES.masked(500).settings, {
    ratio: masked.flags["mask-ratio"].absent,
    blockSize: half,
  });
  for (const [method, command] of Object.entries({ simclr, byol, masked })) {
    assertEquals(
      PRETRAINING_BATCH[method as "simclr"],
      command.flags["batch-size"].absent,
      method,
    );
    assertEquals(command.flags.epochs.absent, 20);
  }
});
