/** What a run leaves in its folder: metrics, TensorBoard's events, settings; also after a kill. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { parse } from "@std/yaml";
import { UserError } from "../../src/errors.ts";
import { eventFiles } from "../../src/runs/event_file.ts";
import { flattenSettings } from "../../src/results/flat_settings.ts";
import type { MetricsRow } from "../../src/results/run_files.ts";
import { RunFolder } from "../../src/runs/run_folder.ts";
import { type ReadEvent, readEvents } from "./tensorboard/read_events.ts";

const ROWS: MetricsRow[] = [
  { epoch: 0, probe_auroc: 0.5 },
  { epoch: 1, step: 1, loss: 2, gradient_norm: Infinity, learning_rate: 0.5, skipped: true },
  { epoch: 1, step: 2, loss: 1.5, gradient_norm: 1, learning_rate: 0.5 },
  {
    epoch: 1,
    train_loss: 1.75,
    seconds: 8,
    records_per_second: 4,
    validation_loss: 0.25,
    auroc_macro: NaN,
    embedding_spread: 1,
    best: true,
  },
  { epoch: 2, step: 3, loss: 1.25, gradient_norm: 1, learning_rate: 0.25 },
  { epoch: 2, train_loss: 1.25, seconds: 2, records_per_second: 16, validation_loss: 0.125 },
];

const STARTED = new Date("2026-01-02T03:04:05Z");

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "run_folder_" });
  try {
    await body(`${folder}/run`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Events of the one event file that a folder has. */
function events(folder: string): ReadEvent[] {
  const files = eventFiles(folder);
  assertEquals(files.length, 1, files.join(", "));
  assertMatch(files[0], /^events\.out\.tfevents\.\d{10}\.ssrl-ecg$/);
  return readEvents(Deno.readFileSync(`${folder}/${files[0]}`));
}

const points = (read: readonly ReadEvent[]) => read.map(({ step, scalars }) => ({ step, scalars }));

Deno.test("every number of every row is an event, under a tag of its own", () =>
  withFolder(async (path) => {
    const folder = await RunFolder.open(path, { started: STARTED });
    folder.append(ROWS.slice(0, 3));
    folder.append([]);
    folder.append(ROWS.slice(3, 4));
    folder.noteResult("test", { auroc_macro: 0.75 }, 1);
    folder.noteEnd();
    folder.close();
    const [version, ...read] = events(path);
    assertEquals(version.version, "brain.Event:2");
    assertEquals(points(read), [
      { step: 0, scalars: { "validation/probe_auroc": 0.5 } },
      {
        step: 1,
        scalars: { "train/loss": 2, "train/gradient_norm": NaN, "train/learning_rate": 0.5 },
      },
      {
        step: 2,
        scalars: { "train/loss": 1.5, "train/gradient_norm": 1, "train/learning_rate": 0.5 },
      },
      {
        step: 1,
        scalars: {
          "epoch/train_loss": 1.75,
          "epoch/seconds": 8,
          "epoch/records_per_second": 4,
          "validation/loss": 0.25,
          "validation/auroc_macro": NaN,
          "validation/embedding_spread": 1,
        },
      },
      { step: 1, scalars: { "test/auroc_macro": 0.75 } },
      { step: 0, scalars: {} },
    ]);
    assertEquals(read[5].hparams, ["_hparams_/session_end_info"]);
    for (const { wallTime } of read) assert(Math.abs(wallTime - Date.now() / 1000) < 60);
  }));

Deno.test("wherever a kill tears the files, a resumed run has every event once", () =>
  withFolder(async (path) => {
    const whole = await RunFolder.open(path, { started: STARTED });
    whole.append(ROWS);
    whole.close();
    const expected = points(events(path));
    const [name] = eventFiles(path);
    const eventBytes = Deno.readFileSync(`${path}/${name}`);
    const metrics = Deno.readTextFileSync(`${path}/metrics.jsonl`);
    const endOfEpoch = metrics.indexOf("\n", metrics.indexOf("train_loss")) + 1;
    for (const lost of [0, 1, 5, 30, 100]) {
      // The first epoch was saved; what follows is torn anywhere.
      Deno.writeTextFileSync(
        `${path}/metrics.jsonl`,
        metrics.slice(0, Math.max(endOfEpoch, metrics.length - lost)),
      );
      for (const each of eventFiles(path)) Deno.removeSync(`${path}/${each}`);
      Deno.writeFileSync(`${path}/${name}`, eventBytes.subarray(0, eventBytes.length - lost));
      const resumed = await RunFolder.open(path, { keepEpochs: 1, started: STARTED });
      assertEquals(resumed.kept.length, 4);
      const kept = events(path);
      // 8 s: the first epoch's row says so. Before it, nothing is known but the beginning.
      const start = STARTED.getTime() / 1000;
      assertEquals(kept.map(({ wallTime }) => wallTime - start), [0, 0, 8, 8, 8]);
      resumed.append(ROWS.slice(4));
      resumed.close();
      assertEquals(points(events(path)), expected);
      const text = Deno.readTextFileSync(`${path}/metrics.jsonl`);
      assertEquals(text, metrics, "metrics as if nothing had happened");
    }
  }));

Deno.test("a new run in a folder begins with empty files; events of others stay", () =>
  withFolder(async (path) => {
    const first = await RunFolder.open(path);
    first.append(ROWS);
    first.close();
    Deno.writeTextFileSync(`${path}/events.out.tfevents.1600000000.host.1.0`, "another program's");
    const second = await RunFolder.open(path);
    second.close();
    assertEquals(second.kept, []);
    assertEquals(events(path).length, 1, "the version alone");
    assertEquals(Deno.readTextFileSync(`${path}/metrics.jsonl`), "");
    assert(Deno.statSync(`${path}/events.out.tfevents.1600000000.host.1.0`).isFile);
  }));

Deno.test("settings are JSON, flat YAML and a row of TensorBoard's hparams page", () =>
  withFolder(async (path) => {
    const config = {
      command: "finetune",
      commandLine: "deno task finetune --ssl-checkpoint 'my files/encoder.pt' " + "x".repeat(100),
      started: STARTED.toISOString(),
      learningRate: 1e-7,
      seed: 42,
      init: null,
      adam: { weightDecay: 1e-5, clip: { norm: 1 } },
      plateau: {},
      encoderFrom: ["encoder", "encoder of model"],
      loss: "yes",
      label: "1e3",
    };
    const folder = await RunFolder.open(path, { started: STARTED });
    await folder.writeConfig(config);
    folder.close();
    assertEquals(JSON.parse(Deno.readTextFileSync(`${path}/config.json`)), config);
    const text = Deno.readTextFileSync(`${path}/hparams.yaml`);
    const { adam: _adam, plateau: _plateau, ...flat } = config;
    assertEquals(parse(text), { ...flat, "adam/weightDecay": 1e-5, "adam/clip/norm": 1 });
    // YAML 1.1, which Python reads, would take these for a truth, a date and a text.
    for (
      const line of ["loss: 'yes'", "started: '2026-01-02T03:04:05.000Z'", "learningRate: 1.e-7"]
    ) {
      assert(text.split("\n").includes(line), `${line} is in\n${text}`);
    }
    const [, start] = events(path);
    assertEquals(start.hparams, ["_hparams_/session_start_info"]);
    assertEquals(start.wallTime, STARTED.getTime() / 1000);
  }));

Deno.test("flattening leaves no object", () => {
  assertEquals(flattenSettings({ a: { b: { c: 1 }, d: [1, { e: 2 }] }, f: null }), {
    "a/b/c": 1,
    "a/d": [1, { e: 2 }],
    f: null,
  });
});

Deno.test("a folder that cannot be made says what to do", () =>
  withFolder(async (path) => {
    Deno.writeTextFileSync(path, "a file");
    const error = await assertRejects(() => RunFolder.open(path), UserError);
    assertMatch(error.message, /^Cannot write the run folder /);
    assertEquals((error as UserError).facts, { remedy: "other-run-folder" });
    Deno.removeSync(path);
    // A folder where a file should be.
    Deno.mkdirSync(`${path}/metrics.jsonl`, { recursive: true });
    await assertRejects(() => RunFolder.open(path), UserError, "Cannot write");
  }));
