import { assertEquals } from "@std/assert";
import { planMultiseed, type PretrainTask } from "../../src/experiments/multiseed_plan.ts";
import { noNormalization } from "../../src/data/signals/normalization.ts";
import { splitByFolds } from "../../src/data/sampling/splits.ts";
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
