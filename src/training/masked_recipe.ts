/**
 * Masked reconstruction for the pretraining job, with a picture of it after every epoch.
 *
 * @module
 */

import { type BlockMask, maskedStretches, recordMaskBlocks } from "../augment/mask_blocks.ts";
import { dataName } from "../data/signals/record_set.ts";
import { meanPool } from "../layers/mean_pool.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { MaskedMethod } from "../methods/masked.ts";
import { Reconstruction } from "../models/reconstruction.ts";
import { reconstructionChart } from "../plots/reconstruction_chart.ts";
import { Inference } from "../evaluation/inference.ts";
import type { PretrainRecipe } from "./pretrain_recipe.ts";
import type { RunFolder } from "../runs/run_folder.ts";
import type { Workspace } from "../runs/workspace.ts";

/** The picture after an epoch, in the run folder. */
export function reconstructionFile(epoch: number): string {
  return `reconstructions/epoch_${String(epoch).padStart(3, "0")}.svg`;
}

/** Records and leads of the picture. */
const SHOWN_RECORDS = 3;
const SHOWN_LEADS = ["II", "V2", "V5"];

/**
 * Masked reconstruction, to be given to `pretrain`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { maskedRecipe } from "ssrl-ecg";
 * const recipe = maskedRecipe({ ratio: 0.3, blockSize: 50 });
 * assert(recipe.settings.ratio === 0.3);
 * ```
 */
export function maskedRecipe({ ratio, blockSize }: BlockMask): PretrainRecipe {
  const mask = { ratio, blockSize };
  return {
    command: "train-masked",
    method: "masked",
    settings: { ratio, blockSize },
    build(store: ParameterStore, workspace: Workspace) {
      const model = new Reconstruction(store);
      const pictures = new Pictures(workspace, model, mask);
      return {
        method: new MaskedMethod(store, model, mask),
        encoder: model.encoder,
        evaluate: (recorder, x) => ({
          features: meanPool(recorder, model.encoder.evaluate(recorder, x)).y,
        }),
        prepare: () => pictures.prepare(),
        epochDone: (epoch, folder) => pictures.draw(epoch, folder),
        destroy: () => pictures.destroy(),
      };
    },
  };
}

/** Draws input, masked input and reconstruction of the first validation records. */
class Pictures {
  readonly #rows: Int32Array;
  #inference: Inference | undefined;

  constructor(
    readonly workspace: Workspace,
    readonly model: Reconstruction,
    readonly mask: BlockMask,
  ) {
    const { validation, train } = workspace.split;
    this.#rows = (validation.length > 0 ? validation : train).slice(0, SHOWN_RECORDS);
  }

  async prepare(): Promise<void> {
    this.#inference ??= await this.#record();
  }

  async draw(epoch: number, folder: RunFolder): Promise<void> {
    const { set } = this.workspace;
    await this.prepare();
    const results = await this.#inference!.run(this.#rows);
    const { mean, standardDeviation } = this.workspace.normalization;
    const size = set.signalLength * set.leads.length;
    const millivolts = (name: string, i: number) =>
      results[name].slice(i * size, (i + 1) * size).map((value, at) =>
        value * standardDeviation[at % set.leads.length] + mean[at % set.leads.length]
      );
    const svg = reconstructionChart({
      title: `Masked reconstruction after epoch ${epoch}`,
      caption: `${dataName(set)}, validation records; ` +
        `${100 * this.mask.ratio} % masked in blocks of ${this.mask.blockSize} samples`,
      samplingRate: set.samplingRate,
      leads: set.leads,
      shown: SHOWN_LEADS,
      records: Array.from(this.#rows, (row, i) => ({
        name: `record ${set.ids[row]}`,
        input: millivolts("input", i),
        masked: millivolts("masked", i),
        reconstruction: millivolts("reconstruction", i),
        // An evaluation pass has seed and epoch 0: the same masks after every epoch.
        stretches: maskedStretches(this.mask, set.signalLength, { seed: 0, epoch: 0, record: row }),
      })),
    });
    await folder.writeText(reconstructionFile(epoch), svg);
  }

  /** Gives the memory back. */
  destroy(): void {
    this.#inference?.destroy();
  }

  #record(): Promise<Inference> {
    return Inference.record(this.workspace, this.#rows.length, (recorder, input, batch) => {
      const masked = recordMaskBlocks(
        recorder,
        input,
        { batch: batch.indices, state: batch.state },
        this.mask,
      );
      return { input, masked, reconstruction: this.model.evaluate(recorder, masked) };
    });
  }
}
