/**
 * `generate-visualizations` as a person sees it.
 *
 * @module
 */

import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { Progress } from "../console/progress.ts";
import { buildReport } from "../results/report/report.ts";
import { readResultsFolder } from "../results/report/results_folder.ts";
import { rasterize } from "../plots/rasterize.ts";
import { assertFolderWritable } from "../console/console.ts";

/** The options of `generate-visualizations`. */
export interface VisualizationsFlags {
  readonly resultsDir: string;
  readonly statistics: string;
  readonly outputDir: string;
  readonly scale: number;
}

/** Runs the command. */
export async function runGenerateVisualizations(
  flags: VisualizationsFlags,
  { signal }: CommandContext,
): Promise<void> {
  assertFolderWritable(join(flags.outputDir, "roc_curve.svg"), "--output-dir");
  const folder = readResultsFolder(flags.resultsDir, flags.statistics);
  const { pictures, missing } = buildReport(folder);
  const drawn: string[] = [];
  using progress = new Progress({ label: "Drawing", total: pictures.length, unit: "figures" });
  for (const [index, { name, draw }] of pictures.entries()) {
    signal.throwIfAborted();
    progress.update(index, name);
    const path = (ending: string) => join(flags.outputDir, `${name}${ending}`);
    const light = await draw("light");
    await writeFileAtomically(path(".svg"), light);
    await writeFileAtomically(path("_dark.svg"), await draw("dark"));
    await writeFileAtomically(path(".png"), await rasterize(light, { scale: flags.scale }));
    drawn.push(`${path(".svg")}, ${name}_dark.svg, ${name}.png`);
  }
  progress.finish();
  for (const line of drawn) console.log(`Drawn  ${line}`);
  for (const { pictures: names = [], what, command } of missing) {
    if (names.length === 0) continue;
    console.log(`Not drawn  ${names.join(", ")}: missing ${what}. Make it with:\n  ${command}`);
  }
  for (const { reason } of folder.damaged) console.log(`Damaged  ${reason}`);
}
