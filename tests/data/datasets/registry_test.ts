import { assert, assertEquals } from "@std/assert";
import { SYNTHETIC_MARKER } from "../../../src/data/datasets/ptb_xl.ts";
import { DATASETS, recognizeDataset } from "../../../src/data/datasets/registry.ts";
import { withSmallCohort } from "../../support/small_cohort.ts";
import { withSmallMitdb } from "../../support/small_mitdb.ts";
import { withFolder } from "../files/record_files.ts";

const idIn = (folder: string) => recognizeDataset(folder)?.id;

Deno.test("recognizeDataset() tells folders apart", () =>
  withSmallCohort((ptbxl) =>
    withSmallMitdb(async (mitbih) => {
      assertEquals(idIn(ptbxl), "ptbxl");
      // MIT-BIH has no twelve leads: for training it is a folder of records.
      assertEquals(DATASETS.filter(({ isIn }) => isIn(mitbih)).map(({ id }) => id), [
        "mitbih",
        "records",
      ]);
      assertEquals(idIn(mitbih), "records");
      // Without its table a part of PTB-XL is no folder of other records.
      Deno.removeSync(`${ptbxl}/ptbxl_database.csv`);
      assertEquals(idIn(ptbxl), undefined);
      await withFolder((empty) =>
        assertEquals([idIn(empty), idIn(`${empty}/none`)], [
          undefined,
          undefined,
        ])
      );
    })
  ));

Deno.test("every data set has an id for flags, and a place of its own where it can be fetched", () => {
  assertEquals(new Set(DATASETS.map(({ id }) => id)).size, DATASETS.length);
  for (const { id, folder, files } of DATASETS) {
    assert(/^[a-z0-9]+$/.test(id), id);
    if (files !== undefined) assert(folder !== undefined && URL.canParse(files.url), id);
  }
});

Deno.test("a transfer target's recordings are those of its split", () => {
  for (const { id, transfer } of DATASETS) {
    if (transfer === undefined) continue;
    const parts = (["train", "validation", "test"] as const).map(transfer.recordsOf);
    assert(parts.every((records) => records.length > 0), id);
    assertEquals(new Set(parts.flat()).size, parts.flat().length, id);
  }
});

Deno.test("a cohort in PTB-XL's layout says that it is synthetic", () =>
  withSmallCohort(async (root) => {
    Deno.writeTextFileSync(`${root}/${SYNTHETIC_MARKER}`, "");
    const dataset = recognizeDataset(root)!;
    assertEquals((await dataset.takeInventory(root)).name, "Synthetic cohort");
    const set = await dataset.load!(root, { samplingRate: 100, signalLength: 1000 });
    assertEquals([set.synthetic, set.source.split(" (")[0]], [true, "Synthetic cohort"]);
  }));
