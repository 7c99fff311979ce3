import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { findNotedRun, readResultsFolder } from "../../../src/results/report/results_folder.ts";
import { writeClassifierRun, writeExampleResults } from "./example_results.ts";

function inTemporaryFolder(body: (folder: string) => void) {
  const folder = Deno.makeTempDirSync({ prefix: "results_" });
  try {
    body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const STATISTICS = "analysis/statistical_tests/statistical_tests.json";

Deno.test("results folder: files are known by what they hold", () =>
  inTemporaryFolder((folder) => {
    writeExampleResults(folder);
    const found = readResultsFolder(`${folder}/results`, `${folder}/${STATISTICS}`);
    assertEquals(found.files.map(({ kind }) => kind).sort(), [
      "ablation",
      "evaluate",
      "evaluate",
      "label-scarcity",
      "probe",
      "train-multiseed",
      "transfer-mitbih",
    ]);
    assertEquals(found.runs.length, 8);
    assertEquals(found.predictions.size, 6);
    assertEquals(found.damaged, []);
    assertEquals(found.statistics?.content.alpha, 0.05);
  }));

Deno.test("results folder: damaged files are listed, and the others are read", () =>
  inTemporaryFolder((folder) => {
    writeClassifierRun(`${folder}/good`, { seed: 1, skill: 1 });
    writeClassifierRun(`${folder}/torn`, { seed: 2, skill: 1 });
    Deno.writeTextFileSync(`${folder}/torn/result.json`, '{"best_ep');
    writeClassifierRun(`${folder}/strange`, { seed: 3, skill: 1 });
    Deno.writeTextFileSync(`${folder}/strange/test_predictions.csv`, "a,b\n1,2\n");
    Deno.writeTextFileSync(`${folder}/half.json`, '{"label_scarcity": {');
    Deno.writeTextFileSync(`${folder}/list.json`, "[1, 2]");
    Deno.writeTextFileSync(`${folder}/tests.json`, "no JSON");
    const found = readResultsFolder(folder, `${folder}/tests.json`);
    assertEquals(found.runs.map(({ path }) => path), [`${folder}/good`, `${folder}/strange`]);
    assertEquals([...found.predictions.keys()], [`${folder}/good`]);
    assertEquals(found.files, []);
    assertEquals(found.statistics, undefined);
    const damaged = found.damaged.map(({ path }) => path.slice(folder.length + 1)).sort();
    // The statistics lie among the results here, so they are met twice.
    assertEquals(damaged, ["half.json", "strange", "tests.json", "tests.json", "torn"]);
    for (const { reason } of found.damaged) assertStringIncludes(reason, folder);
  }));

Deno.test("results folder: none is empty, a file is an error", () =>
  inTemporaryFolder((folder) => {
    const none = readResultsFolder(`${folder}/none`, `${folder}/none.json`);
    assertEquals([none.files.length, none.runs.length, none.damaged.length], [0, 0, 0]);
    Deno.writeTextFileSync(`${folder}/file`, "");
    assertThrows(
      () => readResultsFolder(`${folder}/file`, "none"),
      UserError,
      "is not a folder: give",
    );
  }));

Deno.test("results folder: a run is found where the results have moved since", () =>
  inTemporaryFolder((folder) => {
    writeExampleResults(folder);
    Deno.renameSync(`${folder}/results`, `${folder}/moved`);
    const found = readResultsFolder(`${folder}/moved`, "none.json");
    const run = findNotedRun(found, `${folder}/results/multiseed/bce_standard_seed052`);
    assertEquals(run?.path, `${folder}/moved/multiseed/bce_standard_seed052`);
    assertEquals(findNotedRun(found, "results/multiseed/other_seed001"), undefined);
  }));
