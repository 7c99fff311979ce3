import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { defaultWorkers, readRecords } from "../../../src/data/reading/read_records.ts";
import { inRepository } from "../../support/paths.ts";
import { waveCsv, withFolder, writeWave } from "../files/record_files.ts";
import {
  SMALL_RECORDS,
  smallFile,
  smallValue,
  withSmallCohort,
} from "../../support/small_cohort.ts";

const SHAPE = { samplingRate: 100, signalLength: 1000 };

Deno.test("readRecords: workers and this thread give the same, failures and progress included", async () => {
  await withSmallCohort(async (root) => {
    // Several chunks for each worker.
    const files = Array.from({ length: 300 }, (_, i) => smallFile(SMALL_RECORDS[i % 6].id));
    files[7] = "records100/00000/nothing";
    files[290] = "records100/00000/nothing";
    const progress: number[] = [];
    const here = await readRecords(root, files, SHAPE, { workers: 0 });
    const there = await readRecords(root, files, SHAPE, {
      workers: 2,
      onProgress: (done) => progress.push(done),
    });
    assertEquals(there.samples, here.samples);
    assertEquals(there.padded, here.padded);
    assertEquals(there.failures, here.failures);
    assertEquals(here.failures.map(({ index }) => index), [7, 290]);
    assertEquals(here.samples[8 * 12000 + 5 * 12 + 3], smallValue(SMALL_RECORDS[2].id, 5, 3));
    assertEquals(progress.at(-1), 300);
    assertGreater(progress.length, 1);
  });
});

Deno.test("readRecords: workers resample, too, and take tables", async () => {
  await withFolder(async (root) => {
    writeWave(root, "a", 250, 500);
    Deno.writeTextFileSync(`${root}/b.csv`, waveCsv(250, 500));
    const shape = { samplingRate: 100, signalLength: 200, resample: true, sourceRate: 250 };
    const there = await readRecords(root, ["a", "b.csv"], shape, { workers: 1 });
    assertEquals([...there.resampled, ...there.padded], [1, 1, 0, 0]);
    assertEquals(there.samples.subarray(0, 2400), there.samples.subarray(2400));
    assertEquals(there, await readRecords(root, ["a", "b.csv"], shape, { workers: 0 }));
  });
});

Deno.test("readRecords: a set that no memory holds is a UserError", async () => {
  const shape = { samplingRate: 100, signalLength: 2 ** 40 };
  await assertRejects(
    () => readRecords("/none", ["a", "b"], shape),
    UserError,
    "do not fit in memory",
  );
});

Deno.test("readRecords: no files give an empty answer", async () => {
  const { samples, failures } = await readRecords("/none", [], SHAPE, { workers: 2 });
  assertEquals(samples.length + failures.length, 0);
});

Deno.test("defaultWorkers: a small set needs none", () => {
  assertEquals([defaultWorkers(1500), defaultWorkers(200, true)], [0, 0]);
  assertEquals(defaultWorkers(1500, true), defaultWorkers(21799));
});

Deno.test("readRecords: a process that used workers ends by itself", async () => {
  await withSmallCohort(async (root) => {
    const script = `
      import { readRecords } from ${
      JSON.stringify(new URL("../../../src/data/reading/read_records.ts", import.meta.url).href)
    };
      const files = Array(200).fill(${JSON.stringify(smallFile(1))});
      const read = await readRecords(${JSON.stringify(root)}, files, ${
      JSON.stringify(SHAPE)
    }, { workers: 2 });
      console.log(read.samples.length);`;
    const path = `${root}/script.ts`;
    Deno.writeTextFileSync(path, script);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", "--config", inRepository("deno.json"), path],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill(), 20_000); // a hang, on any machine
    const { success, stdout } = await child.output();
    clearTimeout(timer);
    assertEquals(success, true);
    assertEquals(new TextDecoder().decode(stdout).trim(), String(200 * 12000));
  });
});
