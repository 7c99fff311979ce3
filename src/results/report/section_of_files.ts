/**
 * Sections that describe each result file of one kind.
 *
 * @module
 */

import type { Block, Missing, Section } from "./document.ts";
import type { ResultFile } from "./results_folder.ts";
import type { Material } from "./configurations.ts";

/** What such a section says besides its files. */
export interface SectionOfFiles extends Pick<Section, "id" | "title"> {
  /** What the section shows and how to read it. */
  readonly text: string;
  readonly kind: ResultFile["kind"];
  /** Stands in place of the files where there are none. */
  readonly missing: Omit<Missing, "kind">;
}

/** Makes the section. */
export function sectionOfFiles(
  { folder: { files } }: Material,
  { id, title, text, kind, missing }: SectionOfFiles,
  describe: (file: ResultFile, index: number) => Block[],
): Section {
  const found = files.filter((file) => file.kind === kind);
  const content: Block[] = found.length === 0
    ? [{ kind: "missing", ...missing }]
    : found.flatMap(describe);
  return { id, title, blocks: [{ kind: "text", text }, ...content] };
}
