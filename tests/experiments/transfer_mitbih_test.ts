import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { float32Tensor, type StateDict } from "../../src/checkpoint/state_dict.ts";
import { loadMitBih, type MitBihSet } from "../../src/data/datasets/mit_bih.ts";
import { UserError } from "../../src/errors.ts";
import { chooseDevice } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import {
  assertTransferable,
  encoderSource,
  recordResults,
  transferMitBih,
  type TransferMitBihOptions,
} from "../../src/experiments/transfer_mitbih.ts";
import { Workspace } from "../../src/runs/workspace.ts";
import { bootstrapIntervals } from "../../src/metrics/bootstrap.ts";
import { auroc } from "../../src/metrics/ranking.ts";
import { LEARNABLE_MITDB, type SmallMitdbRecord, withSmallMitdb } from "../support/small_mitdb.ts";
import { randomClassifier, randomEncoderState, randomState } from "../support/random_classifier.ts";
import { stopper } from "../support/small_workspace.ts";

/** Half the usual rate: half the work. */
const RATE = 50;

/** A workspace with small records, a folder for files, and a checkpoint of width 4 in it. */
async function withWindows(
  body: (context: {
    workspace: Workspace;
    set: MitBihSet;
    folder: string;
    options: TransferMitBihOptions;
  }) => Promise<void>,
  records: readonly SmallMitdbRecord[] = LEARNABLE_MITDB,
) {
  await withSmallMitdb(async (root) => {
    const set = await loadMitBih(root, { samplingRate: RATE });
    const gpu = await chooseDevice({ warn: () => {} });
    const kernels = new KernelLibrary(gpu, { enabled: false });
    const folder = await Deno.makeTempDir({ prefix: "transfer_" });
    const workspace = await Workspace.open(set, { normalization: "train" }, { gpu, kernels });
    try {
      const checkpoint = `${folder}/encoder.pt`;
      await writeCheckpoint(checkpoint, {
        sections: new Map([["encoder", randomEncoderState(11)]]),
        metadata: {},
      });
      await body({
        workspace,
        set,
        folder,
        options: {
          checkpoint,
          encoderFrom: "encoder",
          records: set.records,
          freezeEncoder: true,
          epochs: 6,
          batchSize: 8,
          learningRate: 0.1,
          seed: 3,
          baseline: true,
          runFolder: `${folder}/run`,
        },
      });
    } finally {
      workspace.destroy();
      await Deno.remove(folder, { recursive: true });
    }
  }, records);
}

const sameTensors = (a: StateDict, b: StateDict, prefix: string) =>
  [...a].every(([name, { data }]) => b.get(prefix + name)!.data.toString() === data.toString());

Deno.test("transferMitBih(): a head is trained on DS1, and DS2 tells what it learned", () =>
  withWindows(async ({ workspace, set, options }) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const losses: number[] = [];
    const { rows, transfer, baseline, difference } = await transferMitBih(workspace, {
      ...options,
      events: { epoch: (_epoch, { loss }) => losses.push(loss) },
    });
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
    assertEquals(losses.length, 12);
    assert(losses[5] < losses[0] / 2, `${losses[0]} to ${losses[5]}`);

    // Beats of 2 mV are easy: a trained head on any frozen encoder finds them in other records.
    assert(transfer.scores.auroc.estimate > 0.9, `AUROC ${transfer.scores.auroc.estimate}`);
    assertEquals(
      Array.from(rows, (row) => set.records[row]).join(),
      "100,".repeat(6) +
        Array(6).fill(103).join(),
    );
    const labels = workspace.labelsOf(rows);
    assertEquals(transfer.scores.auroc.estimate, auroc(labels, transfer.probabilities));
    assertEquals(
      transfer.perRecord.map(({ record, windows, abnormal }) => [record, windows, abnormal]),
      [[100, 6, 3], [103, 6, 3]],
    );
    const clustered = bootstrapIntervals(labels, transfer.probabilities, {
      classes: 1,
      seed: options.seed,
      clusters: Array.from(rows, (row) => set.records[row]),
    });
    assertEquals(transfer.scores.auroc, clustered.overall.auroc_macro);
    assertEquals(
      difference!.auroc.estimate,
      transfer.scores.auroc.estimate - baseline!.scores.auroc.estimate,
    );

    // A frozen encoder stays to the bit; the baseline has another of the same width.
    const encoder = (await readCheckpoint(options.checkpoint)).sections.get("encoder")!;
    const model = (await readCheckpoint(transfer.checkpoint)).sections.get("model")!;
    const random = (await readCheckpoint(baseline!.checkpoint)).sections.get("model")!;
    assert(sameTensors(encoder, model, "encoder."));
    assert(!sameTensors(encoder, random, "encoder."));
    for (const [name, { shape }] of model) assertEquals(random.get(name)!.shape, shape, name);
  }));

Deno.test("transferMitBih(): runs that are done are kept, a stopped one goes on to the same bits", () =>
  withWindows(async ({ workspace, folder, options: frozen }) => {
    const options = { ...frozen, freezeEncoder: false, epochs: 3, learningRate: 1e-3 };
    const whole = await transferMitBih(workspace, options);
    const { signal, stop, reason } = stopper();
    const broken = { ...options, runFolder: `${folder}/broken` };
    let epochs = 0;
    const thrown = await assertRejects(() =>
      transferMitBih(workspace, {
        ...broken,
        signal,
        // In the second epoch of the baseline.
        events: { epoch: () => ++epochs === 5 && stop() },
      })
    );
    assertEquals(thrown, reason);
    epochs = 0;
    const events = { epoch: () => void epochs++ };
    const again = await transferMitBih(workspace, { ...broken, events });
    assertEquals(epochs, 1, "the transfer and two epochs of the baseline were done");
    assertEquals(again.transfer.probabilities, whole.transfer.probabilities);
    assertEquals(again.baseline!.probabilities, whole.baseline!.probabilities);
    assertEquals(again.difference, whole.difference);

    epochs = 0;
    await transferMitBih(workspace, { ...broken, events });
    assertEquals(epochs, 0);
    await assertRejects(
      () => transferMitBih(workspace, { ...broken, seed: 4 }),
      UserError,
      "other settings",
    );
    // Trained, the encoder is no longer the checkpoint's.
    const encoder = (await readCheckpoint(options.checkpoint)).sections.get("encoder")!;
    const model = (await readCheckpoint(whole.transfer.checkpoint)).sections.get("model")!;
    assert(!sameTensors(encoder, model, "encoder."));
  }));

Deno.test("transferMitBih(): the encoder of a classifier does as that of key encoder", () =>
  withWindows(async ({ workspace, folder, options: frozen }) => {
    const options = { ...frozen, epochs: 1, baseline: false };
    const { transfer, baseline, difference } = await transferMitBih(workspace, options);
    assertEquals([baseline, difference], [undefined, undefined]);
    const checkpoint = `${folder}/model.pt`;
    await writeCheckpoint(checkpoint, randomClassifier(11));
    const ofModel = await transferMitBih(workspace, {
      ...options,
      checkpoint,
      encoderFrom: "encoder of model",
      runFolder: `${folder}/model`,
    });
    assertEquals(ofModel.transfer.probabilities, transfer.probabilities);
  }));

Deno.test("assertTransferable(): a part without windows, or with one label, is refused", async (t) => {
  const cases: [string, SmallMitdbRecord[], string][] = [
    ["no training part", [{ record: 100 }], "Cannot train on MIT-BIH"],
    [
      "no validation part",
      LEARNABLE_MITDB.filter(({ record }) => record !== 114 && record !== 215),
      "there are no windows in records 114 118 122 215 223",
    ],
    [
      "normal training records",
      LEARNABLE_MITDB.map((each) => each.record < 110 ? { record: each.record } : each),
      "there are no abnormal windows in records 101 106",
    ],
    ["no test part", LEARNABLE_MITDB.slice(0, 4), "Cannot test on MIT-BIH"],
  ];
  for (const [name, records, message] of cases) {
    await t.step(name, () =>
      withSmallMitdb(async (root) => {
        const set = await loadMitBih(root, { samplingRate: RATE });
        assertThrows(() => assertTransferable(set), UserError, message);
      }, records));
  }
});

Deno.test("encoderSource(): key encoder first, then the encoder of key model", () => {
  const encoder = randomEncoderState(1);
  const model = randomState(1);
  const source = (sections: [string, StateDict][], pretrainedOnly = false) =>
    encoderSource({ sections: new Map(sections), metadata: {} }, "a.pt", pretrainedOnly);
  assertEquals(source([["model", model], ["encoder", encoder]]), "encoder");
  assertEquals(source([["model", model], ["encoder", encoder]], true), "encoder");
  assertEquals(source([["model", model]]), "encoder of model");
  assertThrows(
    () => source([["model", model]], true),
    UserError,
    'need the key "encoder" (leave --use-ssl away to take the encoder of a classifier), found ' +
      '"model" (ECGClassifier (12 channels, width 4, 5 classes))',
  );
  const tensor = float32Tensor([1], new Float32Array(1));
  assertThrows(() => source([["optimizer", new Map([["first", tensor]])]]), UserError, "optimizer");
  assertThrows(() => source([]), UserError, "found no weights");
  assertThrows(
    () => source([["model", new Map([["conv1.weight", tensor]])]]),
    UserError,
    "an unknown model",
  );
});

Deno.test("recordResults(): each record by itself, ascending", () => {
  const results = recordResults(
    [200, 100, 200, 100, 200, 103],
    [1, 0, 0, 0, 1, 1],
    [0.9, 0.6, 0.7, 0.1, 0.4, 0.5],
  );
  assertEquals(results, [
    { record: 100, windows: 2, abnormal: 0, auroc: NaN, accuracy: 1 / 2, f1: 0 },
    // 0.5 is at the threshold: abnormal.
    { record: 103, windows: 1, abnormal: 1, auroc: NaN, accuracy: 1, f1: 1 },
    { record: 200, windows: 3, abnormal: 2, auroc: 1 / 2, accuracy: 1 / 3, f1: 1 / 2 },
  ]);
  const [quiet] = recordResults([100], [0], [0.2]);
  assertEquals([quiet.accuracy, quiet.f1], [1, NaN]);
});
