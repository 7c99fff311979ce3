import { countValues } from "./match_state_dict.ts";
import { recognizeArchitecture } from "./registry.ts";
import type { Checkpoint } from "../checkpoint/state_dict.ts";

/**
 * The sections of a checkpoint in half a line, for messages: `"encoder" (ECGEncoder1DCNN (12 channels,
 * width 64))`.
 */
export function describeSections({ sections }: Checkpoint): string {
  if (sections.size === 0) return "no weights";
  return [...sections].map(([name, state]) => `"${name}" (${recognizeArchitecture(state)})`)
    .join(", ");
}

/**
 * What a checkpoint holds, as lines for a printed summary. Fields that the file lacks are left out,
 * except the normalization, whose absence matters.
 */
export function describeCheckpoint(checkpoint: Checkpoint): string[] {
  const { sections, metadata, ignored = [] } = checkpoint;
  const lines: string[] = [];
  for (const [name, tensors] of sections) {
    lines.push(
      `${name}: ${recognizeArchitecture(tensors)}, ${tensors.size} tensors, ` +
        `${countValues(tensors).toLocaleString("en")} values`,
    );
  }
  const say = (label: string, value: unknown) => {
    if (value !== undefined) lines.push(`${label}: ${value}`);
  };
  say("method", metadata.method);
  say("classes", metadata.class_names?.join(", "));
  const { normalisation: normalization } = metadata;
  if (normalization === undefined) lines.push("normalization: not stated in the file");
  else if (normalization === null || normalization.kind === "none") say("normalization", "none");
  else say("normalization", `per lead, ${normalization.mean.length} leads`);
  if (metadata.sampling_rate !== undefined || metadata.signal_length !== undefined) {
    const { sampling_rate: rate = "?", signal_length: length = "?" } = metadata;
    lines.push(`signal: ${length} samples at ${rate} Hz, ${metadata.leads?.length ?? "?"} leads`);
  }
  say("epoch", metadata.epoch);
  say("seed", metadata.seed);
  for (const [name, value] of Object.entries(metadata.metrics ?? {})) {
    say(name, value === null ? "not defined" : Number(value.toPrecision(6)));
  }
  say("written by", metadata.software);
  if (ignored.length > 0) say("left out", ignored.join(", "));
  return lines;
}
