/**
 * What the cells of all plans share that train something.
 *
 * @module
 */

import { TRAINING_PASS } from "../methods/pretraining_method.ts";
import { type MethodName, METHODS } from "../methods/registry.ts";
import type { PretrainEvents, PretrainOptions } from "../training/pretrain.ts";
import type { ClassifierEvents } from "../training/train_classifier.ts";
import { isUnfinished } from "../runs/run_state.ts";
import type { RunOptions } from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";
import type { CellContext } from "./experiment.ts";
import type { Workload } from "./time_left.ts";

/** A pretraining as far as its time goes: records times passes through the encoder. */
export function pretrainingWork(
  { split }: Pick<Workspace, "split">,
  method: MethodName,
  epochs: number,
): Workload {
  const { train, validation, test } = split;
  return {
    kind: method,
    epochs,
    epochCost: train.length * METHODS[method].cost + validation.length,
    // Two probes look at all records.
    overheadCost: 2 * (train.length + validation.length + test.length),
  };
}

/**
 * The training of a classifier as far as its time goes.
 *
 * @param labelFraction Share of the training records that is used
 * @param frozen True where the head alone is trained, on features that are computed once
 */
export function classifierWork(
  { split }: Pick<Workspace, "split">,
  epochs: number,
  labelFraction: number,
  frozen = false,
): Workload {
  const { train, validation, test } = split;
  const labeled = labelFraction * train.length;
  return {
    kind: `${frozen ? "head" : "classifier"}, ${labelFraction}`,
    epochs,
    epochCost: (frozen ? 0 : labeled * TRAINING_PASS) + validation.length,
    overheadCost: validation.length + test.length + (frozen ? labeled : 0),
  };
}

/** The options of a training that follow from the cell it is. */
export function trainingOptions(
  { folder, report, signal, commandLine, saveEverySeconds }: CellContext,
):
  & Pick<RunOptions, "runFolder" | "resume" | "shuffle" | "logEvery">
  & Pick<PretrainOptions, "signal" | "commandLine" | "saveEverySeconds">
  & { events: PretrainEvents & ClassifierEvents } {
  return {
    runFolder: folder,
    resume: isUnfinished(folder),
    shuffle: true,
    logEvery: 100,
    signal,
    commandLine,
    saveEverySeconds,
    events: {
      prepared: ({ resumedAfter }) => report?.({ kind: "progress", epochs: resumedAfter }),
      steps: (epoch, done, total, loss) =>
        report?.({ kind: "progress", epochs: epoch - 1 + done / total, loss }),
      epoch: (
        epoch: number,
        { loss }: { loss: number },
        validation?: Parameters<NonNullable<ClassifierEvents["epoch"]>>[2],
        best?: boolean,
      ) => report?.({ kind: "epoch", epoch, loss, validation, best }),
      warning: (text) => report?.({ kind: "warning", text }),
    },
  };
}
