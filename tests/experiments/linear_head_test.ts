import { assert, assertEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import type { CheckpointMetadata, StateDict } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { type LinearHeadOptions, trainLinearHead } from "../../src/experiments/linear_head.ts";
import type { Workspace } from "../../src/runs/workspace.ts";
import { randomEncoder } from "../support/random_classifier.ts";
import { stopper, withSmallWorkspace } from "../support/small_workspace.ts";

async function writeEncoder(path: string, seed: number, metadata: CheckpointMetadata = {}) {
  const checkpoint = randomEncoder(seed, metadata);
  await writeCheckpoint(path, checkpoint);
  return { checkpoint, path };
}

const options = (folder: string): LinearHeadOptions => ({
  folder: `${folder}/heads`,
  epochs: 2,
  labelFraction: 1,
  seed: 3,
});

Deno.test("a linear head leaves the encoder as it was, and is trained once", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const encoder = await writeEncoder(`${folder}/ssl.pt`, 1);
    const epochs: number[] = [];
    const onEpoch = (epoch: number) => epochs.push(epoch);
    const first = await trainLinearHead(workspace, encoder, { ...options(folder), onEpoch });
    assertEquals([first.fresh, epochs], [true, [1, 2]]);
    const { sections, metadata } = await readCheckpoint(first.path);
    assertEquals(metadata.method, "linear_head");
    assertEquals(metadata.class_names, [...workspace.set.classNames]);
    const model: StateDict = sections.get("model")!;
    for (const [name, { data }] of encoder.checkpoint.sections.get("encoder")!) {
      assertEquals(
        model.get(`encoder.${name}`)?.data,
        data,
        `${name}, running statistics included`,
      );
    }

    const again = await trainLinearHead(workspace, encoder, { ...options(folder), onEpoch });
    assertEquals(again, { path: first.path, fresh: false });
    assertEquals(epochs.length, 2);
    // Another encoder of the same name, other settings, another normalization: another head.
    const paths = new Set([first.path]);
    const other = await writeEncoder(encoder.path, 2);
    const variants: [typeof other, Partial<LinearHeadOptions>][] = [
      [other, {}],
      [other, { seed: 4 }],
      [other, { labelFraction: 0.5 }],
      [other, { epochs: 1 }],
    ];
    for (const [each, changes] of variants) {
      const head = await trainLinearHead(workspace, each, { ...options(folder), ...changes });
      assert(head.fresh);
      paths.add(head.path);
    }
    workspace.normalize("none");
    paths.add((await trainLinearHead(workspace, other, options(folder))).path);
    assertEquals(paths.size, 6);
  }));

Deno.test("a head that was stopped continues; what does not fit is refused", () =>
  withSmallWorkspace(async (workspace: Workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const encoder = await writeEncoder(`${folder}/ssl.pt`, 1);
    const { signal, stop, reason } = stopper();
    const epochs: number[] = [];
    const onEpoch = (epoch: number) => epochs.push(epoch);
    const thrown = await assertRejects(() =>
      trainLinearHead(workspace, encoder, {
        ...options(folder),
        signal,
        onEpoch(epoch) {
          onEpoch(epoch);
          stop();
        },
      })
    );
    assertEquals(thrown, reason);
    const { path, fresh } = await trainLinearHead(workspace, encoder, {
      ...options(folder),
      onEpoch,
    });
    assert(fresh && existsSync(path));
    assertEquals(epochs, [1, 2], "the second start begins where the first was stopped");

    const fast = await writeEncoder(`${folder}/fast.pt`, 1, { sampling_rate: 500 });
    await assertRejects(
      () => trainLinearHead(workspace, fast, options(folder)),
      UserError,
      "trained at 500 Hz, the data has 100 Hz",
    );
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));
