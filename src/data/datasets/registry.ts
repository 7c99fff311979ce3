/** The data sets that the project knows. */

import type { Dataset } from "./dataset.ts";
import { mitBih } from "./mit_bih.ts";
import { ptbXl } from "./ptb_xl.ts";
import { recordFolder } from "./record_folder.ts";

/** All of them, the particular before the general: a folder belongs to the first that recognizes it. */
export const DATASETS: readonly Dataset[] = [ptbXl, mitBih, recordFolder];

/** The set with records for training that a folder holds, or undefined where it holds none. */
export function recognizeDataset(folder: string): Dataset | undefined {
  return DATASETS.find((dataset) => dataset.load !== undefined && dataset.isIn(folder));
}
