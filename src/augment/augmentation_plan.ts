/** The kernels of a configuration's augmentations, composed of those that it applies. */

import type { KernelSnippets } from "../gpu/preprocess.ts";
import { type Augmentation, type RecordExtent, resolveSetting } from "./augmentation.ts";
import {
  AUGMENTATION_TABLE,
  type AugmentationConfig,
  type AugmentationName,
} from "./augmentations.ts";

/** What the kernels of `kernels/input/augment_*.wgsl` are recorded with. */
export interface AugmentationPlan {
  /** What is applied at all, in order, each with the first of its vec4s in the plan of a row. */
  readonly applied: readonly {
    readonly augmentation: Augmentation & { readonly name: AugmentationName };
    readonly slot: number;
  }[];
  /** vec4s of a row's plan. */
  readonly vectors: number;
  /** Gates and magnitudes, for the kernel that draws. */
  readonly dims: Readonly<Record<string, number>>;
  readonly snippets: KernelSnippets;
}

/** Shortest record that can be augmented, samples. */
export const SHORTEST_RECORD = 16;

/**
 * Plans a configuration for records of one length and sampling rate.
 *
 * @param record At least {@linkcode SHORTEST_RECORD} samples.
 * @throws {RangeError} On a shorter record, a rate outside 0 to 1, or a parameter that there is not.
 */
export function planAugmentations(
  config: AugmentationConfig,
  record: RecordExtent,
): AugmentationPlan {
  const dims: Record<string, number> = {};
  const applied: AugmentationPlan["applied"][number][] = [];
  let vectors = 0;
  for (const augmentation of AUGMENTATION_TABLE) {
    const { rate, parameters } = resolveSetting(augmentation, config[augmentation.name]);
    if (rate === 0) continue;
    dims[`${kernelName(augmentation)}_gate`] = gateOf(rate);
    Object.assign(dims, augmentation.dims(record, parameters));
    applied.push({ augmentation, slot: vectors });
    vectors += augmentation.planVectors;
  }
  if (applied.length > 0) assertCanAugment(record);
  return { applied, vectors, dims, snippets: compose(applied) };
}

function assertCanAugment({ length, samplingRate }: RecordExtent): void {
  if (!(Number.isInteger(length) && length >= SHORTEST_RECORD && length < 2 ** 16)) {
    throw new RangeError(
      `Cannot augment records of ${length} samples: need ${SHORTEST_RECORD} to 65535`,
    );
  }
  if (!(samplingRate > 0)) {
    throw new RangeError(`Need a sampling rate above 0, got ${samplingRate}`);
  }
}

/** A word is below this with a probability of `rate`. */
export function gateOf(rate: number): number {
  return Math.min(0xffffffff, Math.round(rate * 2 ** 32));
}

function kernelName({ name }: Augmentation): string {
  return name.replaceAll("-", "_");
}

function compose(applied: AugmentationPlan["applied"]): KernelSnippets {
  const items = applied.map(({ augmentation, slot }) => {
    const name = kernelName(augmentation);
    const { stage, position } = augmentation;
    return { stage, name, NAME: name.toUpperCase(), slot, block: position / 4 };
  });
  const content = items.filter(({ stage }) => stage === "content").map((item, i, all) => ({
    ...item,
    before: all[i - 1]?.name ?? "gathered",
  }));
  return {
    sources: Object.fromEntries(
      applied.map(({ augmentation }) => [
        `augment/${kernelName(augmentation)}`,
        augmentation.wgsl,
      ]),
    ),
    lists: {
      augmentation: items,
      content,
      last_content: [content.at(-1) ?? { name: "gathered" }],
      recording: items.filter(({ stage }) => stage === "recording"),
    },
  };
}
