/**
 * `generate-publication-report` as a person sees it.
 *
 * @module
 */

import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { formatBytes } from "../text/format.ts";
import { buildReport } from "../results/report/report.ts";
import { readResultsFolder } from "../results/report/results_folder.ts";
import type { Picture } from "../results/report/document.ts";
import { renderPage } from "../results/report/html/page.ts";
import { renderMarkdown } from "../results/report/markdown.ts";
import { assertFolderWritable, printSettings } from "../console/console.ts";

/** The options of `generate-publication-report`. */
export interface PublicationReportFlags {
  readonly resultsDir: string;
  readonly statistics: string;
  readonly outputDir: string;
}

/** Runs the command. */
export async function runGeneratePublicationReport(flags: PublicationReportFlags): Promise<void> {
  const markdown = join(flags.outputDir, "report.md");
  const html = join(flags.outputDir, "report.html");
  const figures = join(flags.outputDir, "figures");
  assertFolderWritable(markdown, "--output-dir");
  const folder = readResultsFolder(flags.resultsDir, flags.statistics);
  const { document, pictures, missing } = buildReport(folder);
  const drawn = new Map<Picture, string>();
  for (const picture of pictures) {
    const svg = await picture.draw("light");
    drawn.set(picture, svg);
    await writeFileAtomically(join(figures, `${picture.name}.svg`), svg);
  }
  await writeFileAtomically(markdown, renderMarkdown(document, "figures"));
  const page = await renderPage(document, (picture) => drawn.get(picture)!);
  await writeFileAtomically(html, page);
  printSettings([
    ["Results", `${flags.resultsDir}: ${folder.runs.length} runs, ${folder.files.length} files`],
    ["Statistics", folder.statistics?.path ?? `there is no ${flags.statistics}`],
    ["Damaged", folder.damaged.map(({ reason }) => reason).join("\n") || undefined],
    ["Missing", missing.map(({ what }) => what).join("\n") || undefined],
    ["Markdown", markdown],
    ["HTML", `${html} (${formatBytes(page.length)}, opens without a network)`],
    ["Figures", pictures.length > 0 ? `${figures} (${pictures.length})` : undefined],
  ]);
}
