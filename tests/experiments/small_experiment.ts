/** Two configurations, two seeds, one encoder: the experiment that is killed and continued. */

import { Experiment } from "../../src/experiments/experiment.ts";
import { planMultiseed } from "../../src/experiments/multiseed.ts";
import { describeMultiseed } from "../../src/experiments/multiseed_results.ts";
import { multiseedResults } from "../../src/results/schema/kinds.ts";
import { writeResult } from "../../src/results/schema/result_file.ts";
import type { Workspace } from "../../src/runs/workspace.ts";

/**
 * Runs it with all files in `folder`, saving after every epoch; results go to `results.json`.
 *
 * @returns Names of the cells that were run now
 */
export async function runSmallExperiment(workspace: Workspace, folder: string): Promise<string[]> {
  const options = {
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
  } as const;
  const experiment = await Experiment.open(planMultiseed(workspace, options));
  const started: string[] = [];
  await experiment.run({
    saveEverySeconds: 0,
    events: { started: ({ name }) => void started.push(name) },
  });
  const { source: data, classNames: classes } = workspace.set;
  await writeResult(
    `${folder}/results.json`,
    multiseedResults,
    describeMultiseed(experiment, { options, quick: false, data, classes }),
  );
  return started;
}
