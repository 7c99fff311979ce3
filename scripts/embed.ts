import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import { assertFolderWritable, printSettings, workspaceSettings } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { numberListFlag, pathFlag } from "../src/console/flags/flags.ts";
import { featureFlags } from "../src/console/flags/evaluation_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags } from "../src/console/flags/training_flags.ts";
import { openWorkspace } from "../src/console/open_workspace.ts";
import { Progress } from "../src/console/progress.ts";
import { encodeNpy } from "../src/data/files/npy.ts";
import { embed, embeddingsCsv, rowsToEmbed } from "../src/evaluation/embed.ts";
import { describeCheckpoint } from "../src/models/describe_checkpoint.ts";
import { normalizationFor } from "../src/runs/checkpoints.ts";
import { formatCount } from "../src/text/format.ts";

export const command = defineCommand({
  name: "embed",
  summary: "Write a checkpoint's features of a data set as .npy and CSV",
  description: [
    "Writes what a head would read of each record, averaged over time. Records without labels will " +
    "do. The lines of the CSV file and the rows of the matrix are in the same order.",
  ],
  flags: {
    ...featureFlags,
    "folds": numberListFlag({
      integer: true,
      default: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      minimum: 1,
      maximum: 10,
      description: "Folds to take",
    }),
    "out": pathFlag({
      default: "embeddings",
      description:
        "NAME writes NAME.npy and NAME.csv; NAME.csv ids, labels and features; NAME.npy " +
        "the matrix, with ids and labels in NAME_rows.csv",
    }),
    ...deviceFlags,
  },
  examples: [
    { args: "--checkpoint checkpoints/ssl_simclr.pt", about: "embeddings.npy and embeddings.csv" },
    {
      args: "--checkpoint checkpoints/ssl_simclr.pt --data-root data/own --out results/own.npy",
      about: "A folder of one's own records, matrix and ids only",
    },
  ],
  async run(flags, context) {
    const files = outputFiles(flags.out);
    for (const path of Object.values(files)) assertFolderWritable(path, "--out");
    const checkpoint = await readCheckpoint(flags.checkpoint);
    const folds = [...new Set(flags.folds)].sort((a, b) => a - b);
    using workspace = await openWorkspace({
      flags,
      context,
      normalization: normalizationFor(checkpoint, flags.normalize),
      unlabeled: true,
      check: (set) => void rowsToEmbed(set, folds),
    });
    const { set } = workspace;
    printSettings([
      ["Command", "embed"],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace),
    ]);
    using progress = new Progress({ label: "Computing features", unit: "records" });
    const embeddings = await embed(workspace, {
      checkpoint,
      folds,
      signal: context.signal,
      onProgress: progress.report,
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
  },
});

/** The files that `--out` asks for: its extension decides; without one, a matrix and a table. */
function outputFiles(out: string): {
  readonly npy?: string;
  /** Ids and labels of the matrix's rows. */
  readonly rows?: string;
  /** Ids, labels and features. */
  readonly csv?: string;
} {
  if (/\.csv$/i.test(out)) return { csv: out };
  if (/\.npy$/i.test(out)) return { npy: out, rows: `${out.slice(0, -4)}_rows.csv` };
  return { npy: `${out}.npy`, csv: `${out}.csv` };
}

if (import.meta.main) await runCommand(command);
