/** `deno task generate-visualizations`: the figures alone. */

import { join } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { assertFolderWritable } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { numberFlag, pathFlag } from "../src/console/flags/flags.ts";
import { resultsFlags } from "../src/console/flags/results_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { Progress } from "../src/console/progress.ts";
import { commandFor } from "../src/console/result_commands.ts";
import { rasterize } from "../src/plots/rasterize.ts";
import { buildReport } from "../src/results/report/report.ts";
import { readResultsFolder } from "../src/results/report/results_folder.ts";

export const command = defineCommand({
  name: "generate-visualizations",
  summary: "Draw every figure that the results allow, as SVG and PNG",
  description: [
    "The figures of generate-publication-report as NAME.svg, NAME_dark.svg and NAME.png; roc_curve, " +
    "label_efficiency and robustness_comparison among them. Says what was not drawn, and which " +
    "command would provide the data.",
  ],
  flags: {
    ...resultsFlags,
    "output-dir": pathFlag({ default: "figures", description: "Folder of the figures" }),
    "scale": numberFlag({
      default: 3,
      exclusiveMinimum: 0,
      maximum: 10,
      description: "Pixels of the PNG for one unit of the SVG; 3 prints at 300 dots per inch",
    }),
  },
  examples: [
    { args: "", about: "Everything under results/" },
    { args: "--output-dir slides --scale 2", about: "Smaller pictures for slides" },
  ],
  async run({ resultsDir, statistics, outputDir, scale }, { signal, program }) {
    assertFolderWritable(join(outputDir, "roc_curve.svg"), "--output-dir");
    const folder = readResultsFolder(resultsDir, statistics);
    const { pictures, missing } = buildReport(folder, { commandFor: commandFor(program) });
    const drawn: string[] = [];
    using progress = new Progress({ label: "Drawing", total: pictures.length, unit: "figures" });
    for (const [index, { name, draw }] of pictures.entries()) {
      signal.throwIfAborted();
      progress.update(index, name);
      const path = (ending: string) => join(outputDir, `${name}${ending}`);
      const light = await draw("light");
      await writeFileAtomically(path(".svg"), light);
      await writeFileAtomically(path("_dark.svg"), await draw("dark"));
      await writeFileAtomically(path(".png"), await rasterize(light, { scale }));
      drawn.push(`${path(".svg")}, ${name}_dark.svg, ${name}.png`);
    }
    progress.finish();
    for (const line of drawn) console.log(`Drawn  ${line}`);
    for (const { pictures: names = [], what, command } of missing) {
      if (names.length === 0) continue;
      console.log(`Not drawn  ${names.join(", ")}: missing ${what}. Make it with:\n  ${command}`);
    }
    for (const { reason } of folder.damaged) console.log(`Damaged  ${reason}`);
  },
});

if (import.meta.main) await runCommand(command);
