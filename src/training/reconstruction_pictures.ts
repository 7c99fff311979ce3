/**
 * Pictures of what a network that gives signals back makes of the first validation records: input,
 * masked input and reconstruction, after every epoch.
 */

import { maskedStretches, recordMaskBlocks } from "../augment/mask_blocks.ts";
import { dataName } from "../data/signals/record_set.ts";
import { Inference } from "../evaluation/inference.ts";
import type { PretrainingStep } from "../methods/pretraining_method.ts";
import { reconstructionChart } from "../plots/reconstruction_chart.ts";
import type { RunFolder } from "../runs/run_folder.ts";
import type { Workspace } from "../runs/workspace.ts";

/** The picture after an epoch, in the run folder. */
export function reconstructionFile(epoch: number): string {
  return `reconstructions/epoch_${String(epoch).padStart(3, "0")}.svg`;
}

/** Records and leads of the picture. */
const SHOWN_RECORDS = 3;
const SHOWN_LEADS = ["II", "V2", "V5"];

/** Draws the pictures of one run. */
export class ReconstructionPictures {
  private constructor(
    readonly workspace: Workspace,
    readonly mask: NonNullable<PretrainingStep["reconstruction"]>["mask"],
    readonly rows: Int32Array,
    readonly inference: Inference,
  ) {}

  /** Records the pass, so that its memory is known before the run starts. */
  static async open(
    workspace: Workspace,
    { mask, evaluate }: NonNullable<PretrainingStep["reconstruction"]>,
  ): Promise<ReconstructionPictures> {
    const { validation, train } = workspace.split;
    const rows = (validation.length > 0 ? validation : train).slice(0, SHOWN_RECORDS);
    const inference = await Inference.record(workspace, rows.length, (recorder, input, batch) => {
      const at = { batch: batch.indices, state: batch.state };
      const masked = recordMaskBlocks(recorder, input, at, mask);
      return { input, masked, reconstruction: evaluate(recorder, masked) };
    });
    return new ReconstructionPictures(workspace, mask, rows, inference);
  }

  /** Writes the picture after an epoch. */
  async draw(epoch: number, folder: RunFolder): Promise<void> {
    const { set, normalization: { mean, standardDeviation } } = this.workspace;
    const { mask } = this;
    const results = await this.inference.run(this.rows);
    const leads = set.leads.length;
    const size = set.signalLength * leads;
    const millivolts = (name: string, i: number) =>
      results[name].slice(i * size, (i + 1) * size)
        .map((value, at) => value * standardDeviation[at % leads] + mean[at % leads]);
    const svg = reconstructionChart({
      title: `Masked reconstruction after epoch ${epoch}`,
      caption: `${dataName(set)}, validation records; ` +
        `${100 * mask.ratio} % masked in blocks of ${mask.blockSize} samples`,
      samplingRate: set.samplingRate,
      leads: set.leads,
      shown: SHOWN_LEADS,
      records: Array.from(this.rows, (row, i) => ({
        name: `record ${set.ids[row]}`,
        input: millivolts("input", i),
        masked: millivolts("masked", i),
        reconstruction: millivolts("reconstruction", i),
        // An evaluation pass has seed and epoch 0: the same masks after every epoch.
        stretches: maskedStretches(mask, set.signalLength, { seed: 0, epoch: 0, record: row }),
      })),
    });
    await folder.writeText(reconstructionFile(epoch), svg);
  }

  destroy(): void {
    this.inference.destroy();
  }
}
