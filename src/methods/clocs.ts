/**
 * Contrast of patients after CLOCS (Kiyasseh, Zhu & Clifton 2021): SimCLR whose two views show two records of
 * one patient, so that the features hold what belongs to the patient and not to the recording.
 *
 * Every epoch draws a partner for each record, among the other training records of its patient; a record
 * whose patient has no other is its own partner, in a second view, as in SimCLR. Another record of the
 * patient that is in the batch by chance counts as a negative, as all others do: of the 32,640 pairs among
 * 256 of PTB-XL's training records that is 0.8 on average. 4,089 of these 17,418 records have a partner.
 */

import { augmentationConfig } from "../augment/augmentations.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Simclr } from "../models/simclr.ts";
import { CounterRandom, Stream } from "../random/philox.ts";
import { type Batch, pairedSignals } from "./method.ts";
import type { BuildRequest, PretrainingMethod } from "./pretraining_method.ts";
import { simclr, SimclrMethod, type SimclrSettings } from "./simclr.ts";

/** The contrast of patients, for `pretrain`. */
export const clocs: PretrainingMethod<SimclrSettings> = {
  ...simclr,
  name: "clocs",
  title: "CLOCS",
  checkpoint: "ssl_clocs",
  describe(settings) {
    const { network, details } = simclr.describe(settings);
    return { network, details: [...details, "views: two records of a patient"] };
  },
  build: (request) => new ClocsMethod(request),
};

/** One step of the contrast of patients; both views in one batch of 2N rows. */
export class ClocsMethod extends SimclrMethod {
  readonly remark: string;
  /** Training records of every patient. */
  readonly #records: ReadonlyMap<number, number[]>;

  constructor(
    private readonly request: BuildRequest<SimclrSettings>,
  ) {
    const { store, settings: { temperature, projection, config }, encoder } = request;
    const augmentations = augmentationConfig(config);
    super(store, new Simclr(store, { ...encoder, projection }), { temperature, augmentations });
    const { patients, train } = request;
    this.#records = Map.groupBy(train, (row) => patients[row]);
    const paired = train.filter((row) => this.#records.get(patients[row])!.length > 1).length;
    this.remark = paired === 0
      ? "No patient has a second training record: every record is paired with another view of " +
        "itself, which is SimCLR"
      : `${paired.toLocaleString("en")} of ${
        train.length.toLocaleString("en")
      } training records are paired with ` +
        "another one of their patient, the rest with another view of themselves";
  }

  partnersOf(rows: Int32Array, { seed, epoch }: { seed: number; epoch: number }): Int32Array {
    const { patients } = this.request;
    return rows.map((row) => {
      const others = this.#records.get(patients[row])!.filter((other) => other !== row);
      const random = new CounterRandom(seed, Stream.pairing, { epoch, item: row });
      return others[Math.floor(random.uint32() * others.length / 2 ** 32)] ?? row;
    });
  }

  protected override views(recorder: Recorder, batch: Batch): Tensor {
    return pairedSignals(recorder, batch, this.settings.augmentations);
  }
}
