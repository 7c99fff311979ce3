/** Rows of features with labels, and the checks that all estimators share. */

/** Rows of features with their labels. */
export interface LabeledFeatures {
  /** Row-major [rows, dimension]. */
  readonly features: ArrayLike<number>;
  /** 0 or 1, row-major [rows, classes]. */
  readonly labels: ArrayLike<number>;
}

/**
 * Checks the shapes and the labels, and returns the number of rows.
 *
 * @param failure Start of messages: `Cannot fit a decision tree`
 * @throws {RangeError} If shapes do not fit, or a label is not 0 or 1
 */
export function countLabeledRows(
  { features, labels }: LabeledFeatures,
  classes: number,
  failure: string,
): number {
  const rows = labels.length / classes;
  if (!Number.isInteger(classes) || classes < 1 || !Number.isInteger(rows) || rows < 1) {
    throw new RangeError(`${failure}: ${labels.length} labels are no rows of ${classes} classes`);
  }
  if (features.length === 0 || features.length % rows !== 0) {
    throw new RangeError(`${failure}: got ${features.length} features in ${rows} rows`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new RangeError(`${failure}: label ${i} is ${labels[i]}, need 0 or 1`);
    }
  }
  return rows;
}

/**
 * The number of rows to predict.
 *
 * @throws {RangeError} If the features are no rows of `dimension`
 */
export function countRows(features: ArrayLike<number>, dimension: number): number {
  if (features.length % dimension !== 0) {
    throw new RangeError(
      `Cannot predict from ${features.length} features: the model needs rows of ${dimension}`,
    );
  }
  return features.length / dimension;
}

/** Column j of a row-major [rows, columns] matrix. */
export function columnOf(values: ArrayLike<number>, columns: number, j: number): Float64Array {
  return Float64Array.from(
    { length: values.length / columns },
    (_, i) => values[i * columns + j],
  );
}
