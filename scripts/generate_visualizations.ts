import { defineCommand } from "../src/console/flags/command.ts";
import { numberFlag, pathFlag } from "../src/console/flags/flags.ts";
import { resultsFlags } from "../src/console/flags/results_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runGenerateVisualizations } from "../src/commands/generate_visualizations.ts";

/** `deno task generate-visualizations`: the figures alone. */
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
  run: runGenerateVisualizations,
});

if (import.meta.main) await runCommand(command);
