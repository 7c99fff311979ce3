/** The five classes of heartbeats that ANSI/AAMI EC57 evaluates, and labels of windows by them. */

/**
 * N: normal, bundle branch block and escape beats of the atria or the node; S: premature beats from
 * above the ventricles; V: beats from the ventricles; F: fusions of V and N; Q: paced or not
 * classifiable.
 */
export const AAMI_CLASSES = ["N", "S", "V", "F", "Q"] as const;

/** One of {@linkcode AAMI_CLASSES}. */
export type AamiClass = (typeof AAMI_CLASSES)[number];

/** Symbols of WFDB annotation files that mark a beat, by class. */
const SYMBOLS: Readonly<Record<AamiClass, string>> = {
  N: "NLRBejn",
  S: "AaJS",
  V: "VEr",
  F: "F",
  Q: "/fQ?",
};

const CLASS_OF: ReadonlyMap<string, AamiClass> = new Map(
  AAMI_CLASSES.flatMap((name) => [...SYMBOLS[name]].map((symbol) => [symbol, name] as const)),
);

/**
 * Class of the beat that an annotation marks (ANSI/AAMI EC57:1998; de Chazal, O'Dwyer & Reilly,
 * IEEE Trans. Biomed. Eng. 51:1196, 2004).
 *
 * @param symbol Symbol of a WFDB annotation
 * @returns The class, or undefined where the annotation marks no beat (rhythm, noise, flutter waves)
 */
export function aamiClass(symbol: string): AamiClass | undefined {
  return CLASS_OF.get(symbol);
}

/**
 * Number of beats of each class.
 *
 * @param annotations In any order; those that mark no beat are skipped
 */
export function countBeats(
  annotations: readonly { readonly symbol: string }[],
): Record<AamiClass, number> {
  const counts: Record<AamiClass, number> = { N: 0, S: 0, V: 0, F: 0, Q: 0 };
  for (const { symbol } of annotations) {
    const name = aamiClass(symbol);
    if (name !== undefined) counts[name]++;
  }
  return counts;
}

/** What a window is: no beat is annotated in it, all beats are of class N, or not. */
export type WindowLabel = "unlabeled" | "normal" | "abnormal";

/**
 * Labels consecutive windows. A window is abnormal when it holds at least one beat outside AAMI
 * class N, or ventricular flutter waves (which are annotated one by one but count as no beats). A
 * beat belongs to the window of its annotation, close to the R peak. A window without any
 * beat has no label.
 *
 * @param annotations Of the whole record
 * @param ticksPerWindow Length of a window in ticks of the annotations' time, above 0
 * @param windows Number of windows from the start of the record; what comes after is skipped
 */
export function labelWindows(
  annotations: readonly { readonly sample: number; readonly symbol: string }[],
  ticksPerWindow: number,
  windows: number,
): WindowLabel[] {
  const labels = new Array<WindowLabel>(windows).fill("unlabeled");
  for (const { sample, symbol } of annotations) {
    const window = Math.floor(sample / ticksPerWindow);
    if (window < 0 || window >= windows) continue;
    const beat = aamiClass(symbol);
    if (symbol === "!" || (beat !== undefined && beat !== "N")) labels[window] = "abnormal";
    else if (beat === "N" && labels[window] === "unlabeled") labels[window] = "normal";
  }
  return labels;
}
