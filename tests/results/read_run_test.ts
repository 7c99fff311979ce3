/** Run folders as they are found: finished, stopped, killed, damaged. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { column, epochsDone, findRuns, readRun, runName } from "../../src/results/read_run.ts";
import { withFiles } from "../support/folder_of_files.ts";

const ROWS = [
  { epoch: 0, probe_auroc: 0.5 },
  { epoch: 1, step: 1, loss: 2.5, gradient_norm: null, learning_rate: 1e-3 },
  { epoch: 1, train_loss: 2.5, seconds: 1, probe_auroc: null },
  { epoch: 2, step: 2, loss: 2.25, gradient_norm: 1, learning_rate: 1e-3 },
];

const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row) + "\n").join("");

Deno.test("rows are told apart, and what is not defined is NaN", () =>
  withFiles({ "config.json": `{"command":"x"}`, "metrics.jsonl": lines(ROWS) }, (folder) => {
    const run = readRun(folder);
    assertEquals(run.config, { command: "x" });
    assertEquals(run.epochRows.map(({ epoch }) => epoch), [0, 1]);
    assertEquals(column(run.epochRows, "probe_auroc"), [0.5, NaN]);
    assertEquals(column(run.epochRows, "train_loss"), [NaN, 2.5]);
    assertEquals(column(run.stepRows, "loss"), [2.5, 2.25]);
    assertEquals(epochsDone(run), 1);
    assertEquals(run.state, "unfinished");
    assertEquals(run.result, null);
  }));

Deno.test("a result makes a run finished, a saved state resumable", () => {
  const files = { "config.json": "{}", "metrics.jsonl": "" };
  withFiles({ ...files, "state.safetensors": "" }, (folder) => {
    assertEquals(readRun(folder).state, "resumable");
  });
  // Killed between the writing of the result and the removal of the state.
  withFiles({ ...files, "state.safetensors": "", "result.json": "{}" }, (folder) => {
    assertEquals(readRun(folder).state, "finished");
  });
});

Deno.test("a torn last line is left out, a line that is broken further up is an error", () => {
  const config = { "config.json": "{}" };
  const whole = lines(ROWS);
  for (let length = whole.length - 1; length > whole.length - 40; length--) {
    withFiles({ ...config, "metrics.jsonl": whole.slice(0, length) }, (folder) => {
      // Without the line break alone, the row is whole.
      const expected = length === whole.length - 1 ? 2 : 1;
      assertEquals(readRun(folder).stepRows.length, expected, `${length} bytes`);
    });
  }
  for (const broken of [`{"epoch":1,"st`, "[1]", "null", `{"step":1}`, ""]) {
    withFiles(
      { ...config, "metrics.jsonl": `${lines(ROWS)}${broken}\n{"epoch":3}\n` },
      (folder) => {
        assertThrows(() => readRun(folder), UserError, "metrics.jsonl: line 5 is not a row");
      },
    );
  }
});

Deno.test("what is not a run is named", () => {
  assertThrows(() => readRun("/nowhere/at/all"), UserError, "There is no folder /nowhere/at/all");
  const config = { "config.json": "{}" };
  const cases: [files: Record<string, string>, message: string][] = [
    [{ "notes.txt": "" }, "is not the folder of a run"],
    [{ "metrics.jsonl": "" }, "config.json: it is not there"],
    [config, "metrics.jsonl: it is not there"],
    [{ "config.json": `{"a":`, "metrics.jsonl": "" }, "config.json: it is not valid JSON"],
    [{ ...config, "metrics.jsonl": "", "result.json": "[]" }, "result.json: it is a list: need"],
  ];
  for (const [files, message] of cases) {
    withFiles(files, (folder) => {
      assertThrows(() => readRun(folder), UserError, message);
    });
  }
});

Deno.test("all runs under a folder are found, damaged ones with the reason", () =>
  withFiles(
    {
      "b/config.json": `{"command":"b"}`,
      "b/metrics.jsonl": "",
      "sweep/a/config.json": `{"command":"a"}`,
      "sweep/a/metrics.jsonl": "",
      "sweep/a/heads/c/config.json": `{"command":"c"}`,
      "sweep/a/heads/c/metrics.jsonl": "",
      "sweep/torn/config.json": "{",
      "sweep/torn/metrics.jsonl": "",
      "figures/plot.svg": "",
    },
    (folder) => {
      Deno.symlinkSync(folder, `${folder}/sweep/loop`);
      const { runs, damaged } = findRuns(folder);
      assertEquals(runs.map(({ path }) => runName(folder, path)), [
        "b",
        "sweep/a",
        "sweep/a/heads/c",
      ]);
      assertEquals(damaged.length, 1);
      assertStringIncludes(damaged[0].reason, "sweep/torn/config.json: it is not valid JSON");
      assert(damaged[0].path.endsWith("torn"));
      assertEquals(findRuns(`${folder}/b`).runs.length, 1);
      assertThrows(() => findRuns(`${folder}/missing`), UserError, "Cannot read the folder");
    },
  ));
