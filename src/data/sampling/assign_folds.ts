/** Folds for data sets that bring none. */

import { CounterRandom, Stream } from "../../random/philox.ts";
import { stratify, type StratifyOptions } from "./iterative_stratification.ts";

/** Number of folds, as in PTB-XL. */
export const FOLDS = 10;

/** The order in which folds get a patient more than others, or any at all: test and validation
 * first, so that three patients already make all three parts. */
const SERVED = [10, 9, 1, 2, 3, 4, 5, 6, 7, 8];

/** What {@linkcode assignFolds} needs. */
export interface AssignFoldsOptions extends Pick<StratifyOptions, "labels" | "classes"> {
  /** Patient of each record, [records]. */
  readonly patients: ArrayLike<number>;
  readonly seed: number;
}

/**
 * Distributes patients over folds 1 to 10 by iterative stratification (Sechidis, Tsoumakas &
 * Vlahavas 2011): each fold gets as many patients as another, give or take one, and its share of the
 * patients with each class (a patient has a class where any record of theirs has it). All records of
 * a patient go to one fold. Where the number of patients is no multiple of ten, folds 10 and 9 are
 * served first.
 *
 * @returns Fold of each record, 1 to 10
 */
export function assignFolds(options: AssignFoldsOptions): Uint8Array {
  const { labels, classes, seed } = options;
  const numbers = new Map<number, number>(); // patient → 0, 1, … in order of appearance
  const patients = Int32Array.from(options.patients, (patient) => {
    if (!numbers.has(patient)) numbers.set(patient, numbers.size);
    return numbers.get(patient)!;
  });
  const count = numbers.size;
  const ofPatient = new Uint8Array(count * classes);
  patients.forEach((patient, record) => {
    for (let c = 0; c < classes; c++) {
      if (labels[record * classes + c] > 0) ofPatient[patient * classes + c] = 1;
    }
  });
  const subsets = stratify({
    indices: Int32Array.from({ length: count }, (_, patient) => patient),
    labels: ofPatient,
    classes,
    sizes: SERVED.map((_, s) => Math.floor(count / FOLDS) + (s < count % FOLDS ? 1 : 0)),
    random: new CounterRandom(seed, Stream.folds),
  });
  return Uint8Array.from(patients, (patient) => SERVED[subsets[patient]]);
}
