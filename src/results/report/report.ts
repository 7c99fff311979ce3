/**
 * The whole report, from whatever lies under `results/`.
 *
 * @module
 */

import type { Missing, Picture, ReportDocument, Section } from "./document.ts";
import { VERSION } from "../../version.ts";
import { ablationSection } from "./ablation_section.ts";
import { plural } from "./cells.ts";
import { classesSection } from "./classes_section.ts";
import { arrangeResults, type Material } from "./configurations.ts";
import { costSection } from "./cost_section.ts";
import { calibrationSection, confusionSection, curvesSection } from "./curves_section.ts";
import { labelEfficiencySection } from "./label_efficiency_section.ts";
import { learningSection } from "./learning_section.ts";
import { performanceSection } from "./performance_section.ts";
import { probesSection } from "./probes_section.ts";
import type { ResultsFolder } from "./results_folder.ts";
import { robustnessSection } from "./robustness_section.ts";
import { commandsSection, settingsSection } from "./settings_section.ts";
import { significanceSection } from "./significance_section.ts";
import { transferSection } from "./transfer_section.ts";

const SECTIONS: readonly ((material: Material) => Section)[] = [
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

/**
 * Puts the report together; nothing is drawn yet.
 *
 * @param folder From `readResultsFolder`
 * @param now When it is made
 */
export function buildReport(folder: ResultsFolder, now = new Date()): BuiltReport {
  const material = arrangeResults(folder);
  const sections = SECTIONS.map((section) => section(material));
  const blocks = sections.flatMap((section) => section.blocks);
  return {
    document: {
      title: "Results of SSRL-ECG",
      subtitle: `From ${folder.root}: ` +
        `${plural(material.configurations.length, "configuration")}, ` +
        `${plural(folder.runs.length, "run folder")}, ${plural(folder.files.length, "file")} of ` +
        `results; made ${now.toISOString().slice(0, 10)} with version ${VERSION}`,
      sections,
    },
    pictures: blocks.flatMap((block) => block.kind === "picture" ? [block.picture] : []),
    missing: blocks.filter((block) => block.kind === "missing"),
  };
}
