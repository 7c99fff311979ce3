/** `transfer-mitbih` as a user runs it: tables, files, resuming, bad input. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import type { StateDict } from "../../src/checkpoint/state_dict.ts";
import { auroc } from "../../src/metrics/ranking.ts";
import { LEARNABLE_MITDB, writeSmallMitdb } from "../support/small_mitdb.ts";
import { randomEncoderState, randomState } from "../support/random_classifier.ts";
import { testWithData } from "../support/shared_data.ts";
import { type BadCase, Playground } from "./command_line.ts";
import { float32Tensor } from "../support/tensors.ts";

/** A folder with six small records and a few checkpoints for half the usual rate. */
function withRecords(body: (ground: Playground) => Promise<void>) {
  return Playground.with(async (ground) => {
    const root = writeSmallMitdb(LEARNABLE_MITDB);
    try {
      Deno.renameSync(root, ground.path("mitdb"));
    } catch {
      // Another file system: link instead.
      Deno.symlinkSync(root, ground.path("mitdb"));
    }
    const write = (name: string, section: string, state: StateDict) =>
      writeCheckpoint(ground.path(name), {
        sections: new Map([[section, state]]),
        metadata: { sampling_rate: 50 },
      });
    const tensor = float32Tensor([1], new Float32Array(1));
    await write("encoder.pt", "encoder", randomEncoderState(4));
    await write("model.pt", "model", randomState(4));
    await write("optimizer.pt", "optimizer", new Map([["first", tensor]]));
    await write("foreign.pt", "model", new Map([["fc.weight", tensor]]));
    await body(ground);
  }, 1);
}

const BASE = ["--mitbih-root", "mitdb", "--no-tune", "--batch-size", 8] as const;
const ENCODER = ["--checkpoint", "encoder.pt"] as const;

Deno.test("transfer-mitbih: both classifiers, all files, and resuming", () =>
  withRecords(async (ground) => {
    const args = [
      ...BASE,
      ...ENCODER,
      ...["--use-ssl", "--freeze-encoder", "--finetune-epochs", 3, "--lr", 0.1],
      ...["--run-dir", "run", "--predictions", "made/p.csv"],
    ];
    const out = await ground.succeed("transfer-mitbih", args);
    for (
      const line of [
        /^Training +12 windows of 2 records, 50% abnormal \(DS1\)$/m,
        /^Test +12 windows of 2 records, 50% abnormal \(DS2\)$/m,
        /^Encoder +key encoder; frozen$/m,
        /^Epoch 3\/3 {2}loss \d\.\d{4} {2}validation loss \d\.\d{4} {2}AUROC \d\.\d{4}/m,
        /^AUROC +\d\.\d{4} .* [+-]?\d\.\d{4}/m,
        /^ +100 +6 +50% +\d\.\d{3}/m,
        /^Next +deno task transfer-mitbih --checkpoint encoder.pt --mitbih-root\s+mitdb$/m,
      ]
    ) assert(line.test(out), `${line} in ${out}`);
    assertStringIncludes(out, "Left out 37 of 43 records, damaged or missing:");
    // The rate is the checkpoint's.
    assertStringIncludes(out, "500 samples at 50 Hz");

    const json = ground.json("run/transfer_mitbih.json");
    const printed = out.split("\n").find((line) => line.startsWith('{"transfer_eval"'))!;
    assertEquals(JSON.parse(printed), { transfer_eval: json.transfer_eval });
    assertEquals(Object.keys(json.transfer_eval), ["auroc", "f1"]);
    assertEquals(json.parts.test, { records: [100, 103], windows: 12, abnormal: 6 });
    assertEquals(json.left_out.length, 37);
    const [head, ...rows] = ground.csv("made/p.csv");
    assertEquals(head, ["record", "window", "abnormal", "transfer", "baseline"]);
    const column = (name: string) => rows.map((row) => Number(row[head.indexOf(name)]));
    for (const name of ["transfer", "baseline"]) {
      const { metrics, intervals_95, per_record } = json[name];
      assertEquals(metrics.auroc, auroc(column("abnormal"), column(name)));
      assert(intervals_95.auroc.low <= metrics.auroc && metrics.auroc <= intervals_95.auroc.high);
      assertEquals(per_record.map(({ record }: { record: number }) => record), [100, 103]);
    }
    assertEquals(
      json.difference.auroc.estimate,
      json.transfer.metrics.auroc - json.baseline.metrics.auroc,
    );
    for (const name of ["roc.svg", "records.svg"]) {
      const figure = Deno.readTextFileSync(ground.path(`run/${name}`));
      assert(!/NaN|undefined|Infinity/.test(figure), name);
      assertStringIncludes(figure, "12 windows of 2 records");
    }

    // The same command finds its runs done; JSON goes where it is wanted.
    const again = await ground.succeed("transfer-mitbih", [...args, "--json", "made/again.json"]);
    assert(!again.includes("Epoch"), again);
    assertEquals(ground.json("made/again.json").transfer, json.transfer);

    // A classifier's encoder, trained too, without a baseline.
    const model = await ground.succeed("transfer-mitbih", [
      ...BASE,
      ...["--checkpoint", "model.pt", "--no-baseline", "--normalize", "none"],
      ...["--finetune-epochs", 1, "--run-dir", "model"],
    ]);
    assertStringIncludes(model, "key model, entries under encoder.; trained too\n");
    assert(/^Normalization +none \(mV\)$/m.test(model), model);
    assert(/ --seed\s+43$/m.test(model), model);
    assertEquals(ground.json("model/transfer_mitbih.json").baseline, null);
    assert(!existsSync(ground.path("model/baseline")));
  }));

Deno.test("transfer-mitbih: bad input is named, exit code 1 or 2", () =>
  withRecords(async (ground) => {
    const run = ["--finetune-epochs", 1, "--run-dir", "run", "--no-baseline"];
    const transfer = (...args: (string | number)[]) => [...BASE, ...run, ...args];
    Deno.truncateSync(ground.path("mitdb/103.dat"), 1000);
    const cases: [(string | number)[], number, string[]][] = [
      [transfer(), 2, ["--checkpoint"]],
      [transfer("--checkpoint", "none.pt"), 1, ["none.pt", "there is no such file"]],
      [transfer("--checkpoint", "optimizer.pt"), 1, [
        'need the key "encoder" or "model" with entries under "encoder.", found "optimizer"',
      ]],
      [transfer("--checkpoint", "model.pt", "--use-ssl"), 1, [
        "model.pt",
        "leave --use-ssl away",
      ]],
      [transfer("--checkpoint", "foreign.pt"), 1, ["foreign.pt", "an unknown model"]],
      [transfer(...ENCODER, "--mitbih-root", "nowhere"), 1, [
        "nowhere",
        "fetch-mitbih",
      ]],
      [transfer(...ENCODER, "--strict"), 1, ["record 103", "truncated"]],
      [transfer(...ENCODER, "--normalize", "lead"), 2, ["one of train"]],
      [transfer(...ENCODER, "--json", "cohort"), 1, ["--json", "is a folder"]],
      [transfer(...ENCODER, "--lr", "1e30"), 1, ["diverged"]],
    ];
    await ground.refuses(cases.map((each): BadCase => ["transfer-mitbih", ...each]));
    assert(!existsSync(ground.path("run/transfer_mitbih.json")));
    // Without --strict the run continues without the damaged record, and says so.
    const out = await ground.succeed("transfer-mitbih", [
      ...BASE,
      ...ENCODER,
      ...["--freeze-encoder", "--finetune-epochs", 1, "--run-dir", "whole"],
    ]);
    assertStringIncludes(out.replaceAll(/\s+/g, " "), "103: 103.dat: the file is truncated");
    assert(/^Test +6 windows of 1 record, 50% abnormal \(DS2\)$/m.test(out), out);
  }));

testWithData(
  "transfer-mitbih: record 100 alone is no training part",
  "mitdb",
  (data) =>
    withRecords(async (ground) => {
      const { code, error } = await ground.run("transfer-mitbih", [
        "--mitbih-root",
        data,
        ...ENCODER,
      ]);
      assertEquals(code, 1);
      assertStringIncludes(error, "Cannot train on MIT-BIH (180 windows of 1 record");
      assertStringIncludes(error, "there are no windows in records 101 106");
      assertStringIncludes(error, "fetch-mitbih");
      assert(!existsSync(ground.path("results")));
    }),
);
