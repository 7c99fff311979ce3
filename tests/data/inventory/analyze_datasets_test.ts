import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { drawDatasets } from "../../../src/commands/analyze_datasets_figures.ts";
import { SYNTHETIC_MARKER } from "../../../src/data/synthetic/write_cohort.ts";
import { UserError } from "../../../src/errors.ts";
import { analyzeDatasets } from "../../../src/data/inventory/analyze_datasets.ts";
import { withSmallCohort } from "../../support/small_cohort.ts";
import { withSmallMitdb } from "../../support/small_mitdb.ts";

const NOWHERE = { ptbxlRoot: "nowhere/p", mitbihRoot: "nowhere/m" };

Deno.test("analyzeDatasets() takes what is there, in any combination", () =>
  withSmallCohort((ptbxlRoot) =>
    withSmallMitdb(async (mitbihRoot) => {
      const seen = new Set<string>();
      const onProgress = (name: string) => seen.add(name);
      const roots = { ptbxlRoot, mitbihRoot, recordsRoot: mitbihRoot, onProgress };
      const all = await analyzeDatasets(roots);
      assertEquals([all.ptbXl?.rows, all.mitBih?.records.length, all.records?.records], [6, 7, 7]);
      assertEquals([...seen], ["PTB-XL", "MIT-BIH", "records"]);
      const figures = await drawDatasets(all);
      assertEquals([...figures.keys()], [
        "ptbxl_cooccurrence.svg",
        "ptbxl_classes_by_fold.svg",
        "ptbxl_classes_by_sex.svg",
        "ptbxl_classes_by_age.svg",
        "mitbih_windows.svg",
      ]);
      for (const [name, svg] of figures) {
        assert(svg.startsWith("<svg") && !svg.includes("NaN") && !svg.includes("undefined"), name);
      }

      const one = await analyzeDatasets({ ...NOWHERE, mitbihRoot });
      assertEquals([one.ptbXl, one.mitBih?.files.hea, one.records], [undefined, 7, undefined]);
      // A folder of other records is no MIT-BIH, and an absent folder of records no error.
      const other = await analyzeDatasets({ ptbxlRoot, mitbihRoot: ptbxlRoot, recordsRoot: "no" });
      assertEquals([other.ptbXl?.name, other.mitBih, other.records], [
        "PTB-XL",
        undefined,
        undefined,
      ]);
      Deno.writeTextFileSync(`${ptbxlRoot}/${SYNTHETIC_MARKER}`, "");
      const synthetic = await analyzeDatasets({ ...NOWHERE, ptbxlRoot });
      assertEquals(synthetic.ptbXl?.name, "Synthetic cohort");
    })
  ));

Deno.test("analyzeDatasets() with nothing there is an error that says what to do", async () => {
  const error = await assertRejects(
    () => analyzeDatasets({ ...NOWHERE, recordsRoot: "nowhere/r" }),
    UserError,
    "Found no data set",
  );
  for (const text of ["nowhere/p", "nowhere/m", "nowhere/r", "fetch-ptbxl", "--mitbih-root"]) {
    assertStringIncludes(error.message, text);
  }
});
