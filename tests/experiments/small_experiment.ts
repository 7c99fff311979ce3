/** Two configurations, two seeds, one encoder: the experiment that is killed and goes on. */

import { writeFileAtomically } from "../../src/checkpoint/atomic_write.ts";
import { multiseed, type MultiseedEvents } from "../../src/experiments/multiseed.ts";
import type { MultiseedOptions } from "../../src/experiments/multiseed_plan.ts";
import { describeMultiseed } from "../../src/experiments/multiseed_results.ts";
import type { Workspace } from "../../src/runs/workspace.ts";

/** Runs it with all files in `folder`, saving after every epoch; results go to `results.json`. */
export async function runSmallExperiment(
  workspace: Workspace,
  folder: string,
  events: MultiseedEvents = {},
): Promise<void> {
  const options: MultiseedOptions = {
    configurations: [
      { method: "simclr", loss: "focal", balancing: "oversample" },
      { method: "supervised", loss: "bce", balancing: "standard" },
    ],
    seeds: [3, 4],
    labelFraction: 1,
    epochs: 4,
    batchSize: 16,
    learningRate: 3e-3,
    pretraining: { epochs: 3, batchSize: 16, once: true },
    folder,
    checkpointFolder: folder,
  };
  const outcome = await multiseed(workspace, { ...options, events, saveEverySeconds: 0 });
  const { source: data, classNames: classes } = workspace.set;
  const content = describeMultiseed(outcome, { options, quick: false, data, classes });
  await writeFileAtomically(`${folder}/results.json`, JSON.stringify(content, null, 2));
}
