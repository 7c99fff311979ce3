import { assertEquals } from "@std/assert";
import { type MultiseedOptions, planMultiseed } from "../../src/experiments/multiseed.ts";
import { noNormalization } from "../../src/data/signals/normalization.ts";
import { splitByFolds } from "../../src/data/sampling/splits.ts";
import type { Cell } from "../../src/experiments/experiment.ts";
import type { CellSettings } from "../../src/experiments/stored_result.ts";
import type { Workspace } from "../../src/runs/workspace.ts";
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

function plan(options: MultiseedOptions) {
  const set = smallSet();
  const workspace = { set, split: splitByFolds(set), normalization: noNormalization() };
  return planMultiseed(workspace as unknown as Workspace, options);
}

Deno.test("runs have the documented names and come seed by seed, encoders before them", () => {
  const cells = plan(OPTIONS);
  assertEquals(cells.map(({ name }) => name), [
    "bce_standard_seed007",
    "pretrain_simclr_seed007",
    "simclr_focal_oversample_seed007",
    "bce_standard_seed1234",
    "pretrain_simclr_seed1234",
    "simclr_focal_oversample_seed1234",
  ]);
  assertEquals(
    cells.map(({ out }) => out.replaceAll("\\", "/")),
    cells.map(({ kind, name }) =>
      kind === "encoder" ? `runs/${name}/encoder.pt` : `checkpoints/multiseed_${name}.pt`
    ),
  );
  assertEquals((cells[1].settings as CellSettings).batchSize, 256);
});

Deno.test("one encoder for all seeds is that of the first, and runs on another differ in settings", () => {
  const each = plan(OPTIONS);
  const once = plan({ ...OPTIONS, pretraining: { epochs: 20, once: true } });
  const settings = (cell: Cell) => cell.settings as CellSettings;
  const [encoder, ...others] = once.filter(({ kind }) => kind === "encoder");
  assertEquals(others, []);
  assertEquals(settings(encoder), settings(each[1]));
  const last = once.at(-1)!;
  assertEquals(last.needs?.map(({ name }) => name), [encoder.name]);
  assertEquals(settings(last).pretrainSeed, 7);
  assertEquals(settings(each.at(-1)!).pretrainSeed, 1234);
  assertEquals(settings(once[2]), settings(each[2]));
});
