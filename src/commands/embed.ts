/**
 * `embed` as a person sees it.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../models/describe_checkpoint.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount } from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import { encodeNpy } from "../data/files/npy.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import { embed, embeddingsCsv, rowsToEmbed } from "../evaluation/embed.ts";
import { assertFolderWritable, printSettings, workspaceSettings } from "../console/console.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `embed`. */
export interface EmbedFlags extends DataOptions, DeviceOptions {
  readonly checkpoint: string;
  readonly folds: readonly number[];
  readonly normalize: "train" | "none" | undefined;
  readonly out: string;
}

/** The files that `--out` asks for. */
type OutputFiles = {
  readonly npy?: string;
  /** Ids and labels of the matrix's rows. */
  readonly rows?: string;
  /** Ids, labels and features. */
  readonly csv?: string;
};

/** The extension decides; without one, both a matrix and a table are written. */
function outputFiles(out: string): OutputFiles {
  const base = out.replace(/\.(npy|csv)$/i, "");
  if (/\.csv$/i.test(out)) return { csv: out };
  if (/\.npy$/i.test(out)) return { npy: out, rows: `${base}_rows.csv` };
  return { npy: `${out}.npy`, csv: `${out}.csv` };
}

/** Runs the command. */
export async function runEmbed(flags: EmbedFlags, context: CommandContext): Promise<void> {
  const files = outputFiles(flags.out);
  for (const path of Object.values(files)) assertFolderWritable(path, "--out");
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const folds = [...new Set(flags.folds)].sort((a, b) => a - b);
  const workspace = await openWorkspace({
    flags,
    context,
    normalization: normalizationFor(checkpoint, flags.normalize),
    unlabeled: true,
    check: (set) => void rowsToEmbed(set, folds),
  });
  const { set } = workspace;
  try {
    printSettings([
      ["Command", "embed"],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace),
    ]);
    using progress = new Progress({ label: "Computing features", total: 1, unit: "records" });
    const embeddings = await embed(workspace, {
      checkpoint,
      folds,
      signal: context.signal,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
    progress.finish();
    const { rows, width, features, architecture } = embeddings;
    const { npy, rows: ids, csv } = files;
    if (npy !== undefined) {
      const bytes = encodeNpy({ data: features, shape: [rows.length, width] });
      await writeFileAtomically(npy, bytes);
    }
    if (ids !== undefined) {
      await writeFileAtomically(ids, embeddingsCsv(embeddings, set, { features: false }));
    }
    if (csv !== undefined) {
      await writeFileAtomically(csv, embeddingsCsv(embeddings, set, { features: true }));
    }
    printSettings([
      ["Features", `${formatCount(rows.length)} records, ${width} features of ${architecture}`],
      ["Matrix", npy],
      ["Its rows", ids],
      ["Table", csv],
    ]);
  } finally {
    workspace.destroy();
  }
}
