import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { readSeedResults } from "../../src/results/seed_results.ts";
import { withFiles } from "../support/folder_of_files.ts";
import { inRepository } from "../support/paths.ts";
import { rewriteResults, SEEDS, writeSmallResults } from "./small_seed_results.ts";

/** Reads a file of this content. */
function read(name: string, content: string) {
  return withFiles(
    { [name]: content },
    (folder) => readSeedResults(`${folder}/${name}`, ["simclr"]),
  );
}

function rejects(name: string, content: string, message: string): void {
  assertThrows(() => read(name, content), UserError, message);
}

Deno.test("the results of train-multiseed, from the folder or the file", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const json = writeSmallResults(folder);
    const results = readSeedResults(`${folder}/results`);
    assertEquals(readSeedResults(results.path), results);
    if (!("configurations" in results)) throw new Error("these are values of seeds");
    const names = results.configurations.map(({ name, method }) => `${name}: ${method}`);
    assertEquals(names, [
      "bce_standard: supervised",
      "focal_oversample: supervised",
      "simclr_bce_standard: simclr",
    ]);
    const [first] = results.configurations[0].runs;
    assertEquals(first.runFolder, "results/multiseed/bce_standard_seed042");
    assertEquals(first.metrics.f1_macro, json.individual_results.bce_standard[0].f1_macro);
    // A number that is not defined, one that is not there, and a file that names no methods.
    json.individual_results.bce_standard[0].f1_macro = null;
    delete json.individual_results.bce_standard[1].f1_macro;
    delete json.methods;
    json.individual_results.failed = [];
    rewriteResults(folder, json);
    const again = readSeedResults(`${folder}/results`, ["simclr"]);
    if (!("configurations" in again)) throw new Error("these are values of seeds");
    assertEquals(again.configurations.map(({ method }) => method), [
      "supervised",
      "supervised",
      "simclr",
    ]);
    const values = again.configurations[0].runs.map(({ metrics }) => metrics.f1_macro);
    assertEquals(values.slice(0, 2), [NaN, NaN]);
    assertEquals(again.configurations[0].runs.map(({ seed }) => seed), SEEDS);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("CSV: any metrics, missing values, run folders", () => {
  const results = read(
    "scores.csv",
    "method, seed,auroc,run_folder\nResNet,1,0.8,runs/a\nResNet,2,NaN,\nSimCLR-2,1,,\n",
  );
  if (!("configurations" in results)) throw new Error("these are values of seeds");
  assertEquals(results.configurations, [
    {
      name: "ResNet",
      method: "supervised",
      runs: [
        { seed: 1, metrics: { auroc: 0.8 }, runFolder: "runs/a" },
        { seed: 2, metrics: { auroc: NaN } },
      ],
    },
    { name: "SimCLR-2", method: "simclr", runs: [{ seed: 1, metrics: { auroc: NaN } }] },
  ]);
});

Deno.test("published figures, with the decimals they were printed with", () => {
  const results = readSeedResults(inRepository("docs/published-figures.json"));
  if (!("published" in results)) throw new Error("these are published figures");
  assertEquals(results.published.map(({ name }) => name), ["supervised", "simclr", "byol"]);
  assertEquals(results.decimals, 4);
  const { seeds, singleRun } = results.published[1];
  assertEquals(seeds.auroc_macro, {
    mean: 0.8717,
    standardDeviation: 0.0032,
    n: 10,
    interval: [0.8671, 0.8763],
  });
  assertEquals(singleRun.f1_macro, 0.6448);
});

Deno.test("what cannot be read says where and why", () => {
  assertThrows(() => readSeedResults("/no/such/folder"), UserError, "There is no /no/such/folder");
  const empty = Deno.makeTempDirSync();
  try {
    assertThrows(() => readSeedResults(empty), UserError, "holds no phase2_multiseed_results.json");
  } finally {
    Deno.removeSync(empty);
  }
  rejects("a.json", "{", "it is not valid JSON");
  rejects("a.json", "[]", "neither individual_results");
  rejects("a.json", "{}", "neither individual_results");
  rejects("a.json", '{"individual_results": 5}', "individual_results is 5: need an object");
  rejects("a.json", '{"individual_results": {"a": 1}}', "individual_results.a is 1: need a list");
  const results = (rows: string) => `{"individual_results": {"a": [${rows}], "b": [{"seed": 1}]}}`;
  rejects("a.json", results("{}"), "individual_results.a[0].seed is missing");
  rejects("a.json", results('{"seed": 1}, {"seed": 1}'), "a has seed 1 twice");
  rejects("a.json", results('{"seed": 1, "f1_macro": "x"}'), 'a[0].f1_macro is "x": need a number');
  rejects(
    "a.json",
    '{"individual_results": {"a": [{"seed": 1}]}}',
    "two methods or more, it has a",
  );
});

Deno.test("broken CSV", () => {
  rejects("a.csv", "", "its columns are none");
  rejects("a.csv", "method,seed\na,1\n", "its columns are method, seed");
  rejects("a.csv", 'method,seed,f1\na,1,"0.5\n', "not valid CSV");
  rejects("a.csv", "method,seed,f1\na,1\n", "a.csv, line 2: it has 2 cells");
  rejects("a.csv", "method,seed,f1\n,1,0.5\n", "a.csv, line 2: it names no method");
  rejects("a.csv", "method,seed,f1\na,x,0.5\n", 'a.csv, line 2: seed is "x": need a number');
  rejects("a.csv", "method,seed,f1\na,,0.5\n", "a.csv, line 2: seed is missing");
  rejects(
    "a.csv",
    "method,seed,f1\na,1,0.5\nb,1,high\n",
    'a.csv, line 3: f1 is "high": need a number',
  );
  rejects("a.csv", "method,seed,f1,f1\na,1,0.5,0.5\n", "two columns have one name");
  rejects("a.csv", "method,seed,f1\na,1,0.5\n", "two methods or more, it has a");
});

Deno.test("broken published figures", () => {
  const figures = (a: string) => `{"published_figures": {"a": ${a}, "b": {}}}`;
  rejects(
    "a.json",
    '{"published_figures": {"a": {}}}',
    "published_figures is an object: need two methods or more",
  );
  rejects("a.json", figures("1"), "published_figures.a is 1: need an object");
  rejects(
    "a.json",
    figures('{"single_run": {"f1": null}}'),
    "a.single_run.f1 is null: need a number",
  );
  const summary = (more: string) => figures(`{"seeds": {"f1": {"mean": 0.5, ${more}}}}`);
  rejects("a.json", summary('"n": 3'), "seeds.f1.std is missing");
  rejects("a.json", summary('"std": -1, "n": 3'), "seeds.f1.std is -1: need 0 or more");
  rejects("a.json", summary('"std": 1, "n": 1'), "seeds.f1.n is 1: need a whole number from 2");
  rejects("a.json", summary('"std": 1, "n": 3, "ci_95": 1'), "ci_95 is 1: need a list");
  rejects(
    "a.json",
    summary('"std": 1, "n": 3, "ci_95": [2, 1]'),
    "ci_95 is a list: need two numbers that ascend",
  );
});
