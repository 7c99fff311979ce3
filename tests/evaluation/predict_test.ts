import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { drawPrediction } from "../../src/console/views/prediction_view.ts";
import { LEADS, type RecordSet } from "../../src/data/signals/record_set.ts";
import { readEcgSignalsSync } from "../../src/data/files/read_ecg.ts";
import { writeRecordSync } from "../../src/data/files/wfdb/write_record.ts";
import { UserError } from "../../src/errors.ts";
import { evaluateClassifier } from "../../src/evaluation/evaluate.ts";
import { type EcgPrediction, predict } from "../../src/evaluation/predict.ts";
import type { Workspace } from "../../src/runs/workspace.ts";
import { waveCsv } from "../data/files/record_files.ts";
import { randomClassifier, randomState } from "../support/random_classifier.ts";
import { sharedData, testWithData } from "../support/shared_data.ts";
import { stopper, withSmallWorkspace } from "../support/small_workspace.ts";
import { float32Tensor } from "../support/tensors.ts";

const METADATA = {
  sampling_rate: 100,
  signal_length: 128,
  class_names: ["NORM", "MI", "STTC", "HYP", "CD"],
  normalisation: {
    kind: "train",
    mean: Array(12).fill(0.1),
    standard_deviation: Array(12).fill(0.05),
  },
} as const;
const CHECKPOINT = randomClassifier(1, METADATA);

/** Writes rows of a set, one after the other, as one WFDB record in µV. */
function writeRows(folder: string, name: string, set: RecordSet, rows: readonly number[]): string {
  const size = set.signalLength * LEADS.length;
  writeRecordSync(folder, {
    name,
    samplingRate: set.samplingRate,
    signals: LEADS.map((description) => ({ description, gain: 1000, baseline: 0, units: "mV" })),
    samples: Int16Array.from(
      rows.flatMap((row) => [...set.samples.subarray(row * size, (row + 1) * size)]),
    ),
  });
  return `${folder}/${name}`;
}

const options = (workspace: Workspace, ecgs: readonly string[]) => ({
  checkpoint: CHECKPOINT,
  ecgs,
  device: { gpu: workspace.gpu, kernels: workspace.kernels },
});

Deno.test("predict: to the bit what evaluate has for the same records", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { set, gpu } = workspace;
    const { kind, mean, standard_deviation: standardDeviation } = METADATA.normalisation;
    workspace.normalize({ kind, mean, standardDeviation });
    const { rows, probabilities } = await evaluateClassifier(workspace, {
      checkpoint: CHECKPOINT,
      fold: 10,
      batchSize: 64,
      noiseStd: 0,
      maskRatio: 0,
      seed: 1,
    });
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const ecgs = [...rows].map((row) => writeRows(folder, `r${row}`, set, [row]));
    const result = await predict(options(workspace, ecgs));
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before, "the device is as it was");
    assertEquals(result.leftOut, []);
    assertEquals([result.normalization, result.adapter], ["train", gpu.name]);
    assertEquals(result.predictions.flatMap((each) => [...each.probabilities]), [...probabilities]);
    assertEquals(result.predictions.map(({ name }) => name), ecgs);
    const { ecg, windows, kind: file, doubts } = result.predictions[0];
    assertEquals(ecg, {
      samplingRate: 100,
      signalLength: 128,
      sourceRate: 100,
      duration: 1.28,
      start: 0,
      cut: 0,
      padded: 0,
    });
    assertEquals([windows.length, file, doubts], [1, "wfdb", []]);

    // The same records in memory, leads in another order and in another unit.
    const size = set.signalLength * LEADS.length;
    const samples = Array.from(rows, (row) => ({
      samplingRate: 100,
      leads: LEADS.map((_, lead) =>
        Array.from(
          { length: set.signalLength },
          (_, t) => set.samples[row * size + t * LEADS.length + lead],
        )
      ).reverse(),
      leadNames: LEADS.toReversed().map((lead) => `Lead ${lead.toLowerCase()}`),
      units: "uV",
    }));
    const inMemory = await predict({ ...options(workspace, []), ecgs: samples });
    assertEquals(
      inMemory.predictions.map((each) => each.probabilities),
      result.predictions.map((each) => each.probabilities),
    );
    assertEquals([inMemory.predictions[1].name, inMemory.predictions[1].kind], [
      "ECG 2",
      "samples",
    ]);

    const bare = await predict({ ...options(workspace, ecgs), normalize: "none" });
    assertEquals(bare.normalization, "none");
    assert(bare.predictions[0].probabilities[0] !== probabilities[0], "another input");
  }));

Deno.test("predict: long records give the mean of their windows, short ones get zeros", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { set } = workspace;
    const single = [0, 1, 2].map((row) => writeRows(folder, `r${row}`, set, [row]));
    const long = writeRows(folder, "long", set, [0, 1, 2]);
    const all = await predict(options(workspace, [...single, long]));
    const [a, b, c, whole] = all.predictions;
    assertEquals(whole.windows.map(({ start }) => start), [0, 1.28, 2.56]);
    [a, b, c].forEach((each, i) => {
      assertEquals(whole.windows[i].probabilities, each.probabilities);
    });
    whole.probabilities.forEach((value, k) => {
      const mean = [a, b, c].reduce((sum, each) => sum + each.probabilities[k], 0) / 3;
      assertAlmostEquals(value, mean, 1e-15, "float64 rounding");
    });

    const first = await predict({
      ...options(workspace, [long, ...single.slice(1), single[0]]),
      windows: "first",
      start: 1.28,
    });
    assertEquals(first.predictions.length, 1);
    assertEquals(first.predictions[0].windows.map(({ start }) => start), [1.28]);
    assertEquals(first.predictions[0].ecg.cut, 128);
    assertAlmostEquals(first.predictions[0].probabilities[0], b.probabilities[0], 2e-5);
    assertEquals(first.leftOut.length, 3, "they end where this one begins");
    assert(first.leftOut[0].reason.includes("it ends at 1.28 s, before 1.28 s"));

    // Half a window more: the last window is moved back. Less than a window: zeros follow.
    const moved = await predict({ ...options(workspace, [long]), start: 0.64 });
    assertEquals(moved.predictions[0].windows.map(({ start }) => start), [0.64, 1.92, 2.56]);
    const padded = await predict({ ...options(workspace, [single[0]]), start: 0.64 });
    assertEquals(padded.predictions[0].ecg.padded, 64);
    assertEquals(padded.predictions[0].windows.length, 1);
    await assertRejects(
      () => predict({ ...options(workspace, [single[0]]), start: 0.64, strict: true }),
      UserError,
      "the window of 1.28 s from 0.64 s on is longer",
    );
    // A start between two samples, and a record of a few.
    const draw = (prediction: EcgPrediction) =>
      drawPrediction(prediction, readEcgSignalsSync(prediction.name), set.classNames, {
        name: "a",
        caption: "c",
      });
    const svg = draw(padded.predictions[0]);
    assert(svg.includes("shown from 0.64 to 1.28 s") && !/NaN|undefined/.test(svg));
    const odd = await predict({ ...options(workspace, [single[0]]), start: 1.2749 });
    assertEquals(odd.predictions[0].windows[0].start, 1.27);
    draw(odd.predictions[0]);
  }));

Deno.test("predict: what cannot be read is listed, the others go on; strict does not", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const good = writeRows(folder, "good", workspace.set, [0]);
    const write = (name: string, text: string) => {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    };
    const table = waveCsv(100, 200);
    const cases: [string, string][] = [
      [write("empty.csv", ""), "the table is empty"],
      [write("nan.csv", table.replace(/^0,/m, "NaN,")), "column I, row 1 has no value"],
      [write("leads.csv", table.replace("AVR,", "X,")), '"X" in its first row is not known'],
      [
        write("fewer.csv", table.replaceAll(/,[^,]*$/gm, "")),
        "it has no lead V6",
      ],
      [write("huge.csv", table.replace(/^0,/m, "900,")), "lead I has 900 mV at 0 s, more than"],
      [write("notes.txt", "hello"), "need a WFDB record"],
      [`${folder}/none`, "the file is missing"],
      [write("unknown.hea", "unknown 1 100 1\nunknown.dat 16 1000 16 0 0 0 0 MLII\n"), "missing"],
    ];
    const ecgs = [cases[0][0], good, ...cases.slice(1).map(([path]) => path)];
    const given = { ...options(workspace, ecgs), samplingRate: 100 };
    const { predictions, leftOut } = await predict(given);
    assertEquals(predictions.map(({ name }) => name), [good]);
    assertEquals(leftOut.map(({ name }) => name), cases.map(([path]) => path));
    leftOut.forEach(({ reason }, i) => assert(reason.includes(cases[i][1]), reason));
    await assertRejects(() => predict({ ...given, strict: true }), UserError, "empty.csv");

    const rateless = await predict(options(workspace, [write("wave.csv", table)]));
    assertEquals(rateless.predictions, []);
    assertEquals(rateless.leftOut[0].facts?.remedy, "state-sampling-rate");
  }));

Deno.test("predict: damaged weights, statistics of other leads, and Ctrl-C end it", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const ecgs = [writeRows(folder, "a", workspace.set, [0])];
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const head = float32Tensor([5], new Float32Array(5).fill(NaN));
    const state = randomState(1).set("head.bias", head);
    const damaged = { source: "c.pt", sections: new Map([["model", state]]), metadata: METADATA };
    const given = options(workspace, ecgs);
    await assertRejects(
      () => predict({ ...given, checkpoint: damaged }),
      UserError,
      "Cannot use c.pt: its output is not a number for ",
    );
    const normalization = { kind: "train", mean: [0], standard_deviation: [1] } as const;
    await assertRejects(
      () =>
        predict({
          ...given,
          checkpoint: randomClassifier(1, { ...METADATA, normalisation: normalization }),
        }),
      UserError,
      "12 leads by the statistics of 1",
    );
    const { signal, stop, reason } = stopper();
    const phases: string[] = [];
    const stopped = await assertRejects(() =>
      predict({
        ...given,
        ecgs: [...ecgs, ...ecgs],
        signal,
        onProgress(phase, done, total) {
          phases.push(`${phase} ${done}/${total}`);
          stop();
        },
      })
    );
    assertEquals([stopped, phases], [reason, ["Reading 1/2"]]);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

testWithData("predict: 500 Hz records as their 100 Hz version", "ptb-xl/records500", async () => {
  const names = ["00001", "00002", "00003"];
  const root = sharedData("ptb-xl")!;
  const fast = names.map((name) => `${root}/records500/00000/${name}_hr`);
  const slow = names.map((name) => `${root}/records100/00000/${name}_lr`);
  const challenge = sharedData("challenge-2021");
  const third = challenge === undefined ? fast : names.map((name) => `${challenge}/HR${name}`);
  const { input, predictions } = await predict({
    checkpoint: randomClassifier(3),
    ecgs: [...slow, ...fast, ...third],
  });
  assertEquals(input.assumptions.length, 2);
  for (let i = 0; i < 3; i++) {
    const [a, b, c] = [i, i + 3, i + 6].map((k) => predictions[k].probabilities);
    assertEquals(b, c, "the same samples in two formats");
    // The published 100 Hz files run 1.25 ms ahead: their samples differ by up to an eighth.
    a.forEach((value, k) => assertAlmostEquals(value, b[k], 0.05, names[i]));
  }
});
