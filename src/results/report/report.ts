/** The whole report, from whatever is under `results/`. */

import { plural } from "../../text/format.ts";
import { VERSION } from "../../version.ts";
import { ablationSection } from "./sections/ablation.ts";
import { classesSection } from "./sections/classes.ts";
import { costSection } from "./sections/cost.ts";
import { calibrationSection, confusionSection, curvesSection } from "./sections/curves.ts";
import type { Missing, MissingResult, Picture, ReportDocument, Section } from "./document.ts";
import { labelEfficiencySection } from "./sections/label_efficiency.ts";
import { learningSection } from "./sections/learning.ts";
import { performanceSection } from "./sections/performance.ts";
import { probesSection } from "./sections/probes.ts";
import { arrangeResults, type ReportInput } from "./report_input.ts";
import type { ResultsFolder } from "./results_folder.ts";
import { robustnessSection } from "./sections/robustness.ts";
import { commandsSection, settingsSection } from "./sections/settings.ts";
import { significanceSection } from "./sections/significance.ts";
import { transferSection } from "./sections/transfer.ts";

const SECTIONS: readonly ((input: ReportInput) => Section)[] = [
  performanceSection,
  classesSection,
  significanceSection,
  curvesSection,
  calibrationSection,
  confusionSection,
  learningSection,
  labelEfficiencySection,
  robustnessSection,
  ablationSection,
  probesSection,
  transferSection,
  costSection,
  settingsSection,
  commandsSection,
];

/** What {@linkcode buildReport} gives. */
export interface BuiltReport {
  readonly document: ReportDocument;
  readonly pictures: readonly Picture[];
  readonly missing: readonly Missing[];
}

/** Options of {@linkcode buildReport}. */
export interface BuildReportOptions {
  /** The command line that makes a result, for readers who miss it. Default: none is named. */
  readonly commandFor?: (result: MissingResult) => string;
  /** When the report is made. Default: now. */
  readonly now?: Date;
}

/** Puts the report together; nothing is drawn yet. */
export function buildReport(
  folder: ResultsFolder,
  { commandFor, now = new Date() }: BuildReportOptions = {},
): BuiltReport {
  const input = arrangeResults(folder);
  const sections = SECTIONS.map((section) => section(input)).map((section) => ({
    ...section,
    blocks: section.blocks.map((block) =>
      block.kind === "missing" ? { ...block, command: commandFor?.(block.result) } : block
    ),
  }));
  const blocks = sections.flatMap((section) => section.blocks);
  return {
    document: {
      title: "Results of SSRL-ECG",
      subtitle: `From ${folder.root}: ` +
        `${plural(input.configurations.length, "configuration")}, ` +
        `${plural(folder.runs.length, "run folder")}, ${plural(folder.files.length, "file")} of ` +
        `results; made ${now.toISOString().slice(0, 10)} with version ${VERSION}`,
      sections,
    },
    pictures: blocks.flatMap((block) => block.kind === "picture" ? [block.picture] : []),
    missing: blocks.filter((block) => block.kind === "missing"),
  };
}
