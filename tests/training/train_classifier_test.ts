import { CLASSIFICATION_LOSSES } from "../../src/losses/classification_loss.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { UserError } from "../../src/errors.ts";
import { evaluateClassifier } from "../../src/evaluation/evaluate.ts";
import { trainClassifier, type ValidationMetrics } from "../../src/training/train_classifier.ts";
import { randomClassifier, randomEncoderState } from "../support/random_classifier.ts";
import {
  classifierOptions,
  stopper,
  timelessRows,
  withSmallWorkspace,
} from "../support/small_workspace.ts";

Deno.test("training stopped after its best epoch continues to the bits of an unbroken run", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const unbroken = classifierOptions(folder, "unbroken");
    const result = await trainClassifier(workspace, unbroken);
    const rows = timelessRows(unbroken.runFolder).filter(({ f1_macro }) => f1_macro !== undefined);
    assertEquals(rows.length, 4);
    const f1 = rows.map((row) => row.f1_macro as number);
    assertEquals(result.bestEpoch, f1.indexOf(Math.max(...f1)) + 1, "the first of the best");
    // Otherwise the weights of the best epoch would not have to be in the state.
    assert(result.bestEpoch < 4, `best epoch ${result.bestEpoch}: choose another seed`);

    const stopped = { ...classifierOptions(folder, "stopped"), saveEverySeconds: 0 };
    const { signal, stop, reason } = stopper();
    const thrown = await assertRejects(() =>
      trainClassifier(workspace, {
        ...stopped,
        signal,
        events: { epoch: (epoch) => epoch === result.bestEpoch + 1 && stop() },
      })
    );
    // With the best epoch last but one, the run ends before it looks at the signal.
    if (result.bestEpoch < 3) assertEquals(thrown, reason);
    await trainClassifier(workspace, { ...stopped, resume: true });
    assertEquals(await Deno.readFile(stopped.out), await Deno.readFile(unbroken.out));
    assertEquals(timelessRows(stopped.runFolder), timelessRows(unbroken.runFolder));
    const written = (path: string) => {
      const { best_epoch, validation, test } = JSON.parse(
        Deno.readTextFileSync(`${path}/result.json`),
      );
      return { best_epoch, validation, test };
    };
    assertEquals(written(stopped.runFolder), written(unbroken.runFolder));

    // The checkpoint holds the best epoch, not the last.
    const checkpoint = await readCheckpoint(unbroken.out);
    assertEquals(checkpoint.metadata.epoch, result.bestEpoch);
    const options = { checkpoint, batchSize: 64, noiseStd: 0, maskRatio: 0 };
    const validation = await evaluateClassifier(workspace, { ...options, fold: 9, seed: 1 });
    const metrics = ({ loss: _loss, ...rest }: ValidationMetrics) => rest;
    assertEquals(validation.metrics, metrics(result.validation));
    const test = await evaluateClassifier(workspace, { ...options, fold: 10, seed: 1 });
    assertEquals(test.metrics, metrics(result.test));
  }));

Deno.test("a record left over joins the last batch and counts in the epoch's loss", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const options = classifierOptions(folder, "run");
    const run = { ...options, epochs: 1, batchSize: 10, labelFraction: 21 / 32 };
    const { stepLosses, epochLosses } = await trainClassifier(workspace, run);
    const [first, last] = stepLosses;
    assertEquals(stepLosses.length, 2);
    assertAlmostEquals(epochLosses[0], (10 * first + 11 * last) / 21, 1e-12);
  }));

Deno.test("each loss trains from the same start to other weights", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const losses: number[] = [];
    const files = new Set<string>();
    for (const loss of CLASSIFICATION_LOSSES) {
      const run = { ...classifierOptions(folder, loss), epochs: 1, loss };
      const { epochLosses } = await trainClassifier(workspace, run);
      losses.push(epochLosses[0]);
      files.add((await Deno.readFile(run.out)).toString());
    }
    assertEquals(files.size, CLASSIFICATION_LOSSES.length);
    assertEquals(new Set(losses).size, CLASSIFICATION_LOSSES.length);
    // At p = 1/2 the focal loss is 0.25 · (1/2)² = 1/16 of BCE: α and γ are the documented ones.
    const [bce, focal] = losses;
    assert(Math.abs(focal / bce * 16 - 1) < 0.35, `focal ${focal}, BCE ${bce}`);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("supervised training leaves no GPU buffers behind when it stops or fails", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    for (const freezeEncoder of [false, true]) {
      const { signal, stop, reason } = stopper();
      const run = { ...classifierOptions(folder, `run ${freezeEncoder}`), freezeEncoder };
      const thrown = await assertRejects(() =>
        trainClassifier(workspace, { ...run, signal, events: { epoch: stop } })
      );
      assertEquals(thrown, reason);
      assertEquals([gpu.liveBuffers, gpu.liveBytes], before, `frozen: ${freezeEncoder}`);
      assert(!existsSync(run.out));
    }
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(
      () => trainClassifier(workspace, classifierOptions(folder, "file/run")),
      UserError,
      "Cannot write the run folder",
    );
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before, "without a run folder");
  }));

Deno.test("selection by loss, a falling learning rate and early stopping, also after a stop", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const options = (name: string) => ({
      ...classifierOptions(folder, name),
      epochs: 12,
      batchSize: 8,
      learningRate: 3e-3,
      selection: "loss" as const,
      plateau: { factor: 0.5, patience: 0 },
      earlyStopping: 3,
      adam: { weightDecay: 1e-5, clipNorm: 1 },
    });
    const unbroken = options("unbroken");
    const result = await trainClassifier(workspace, unbroken);
    const rows = result.epochRows;
    const losses = rows.map((row) => row.validation_loss as number);
    assertEquals(result.bestEpoch, losses.indexOf(Math.min(...losses)) + 1);
    assertEquals(rows.length, result.bestEpoch + 3, "stopped three epochs after the best");
    assert(rows.length < 12, "choose another seed: no epoch was without progress");
    const rates = timelessRows(unbroken.runFolder).flatMap(({ learning_rate }) =>
      learning_rate === undefined ? [] : [learning_rate as number]
    );
    assert(rates[rates.length - 1] < 3e-3, "the rate has fallen");

    const stopped = { ...options("stopped"), saveEverySeconds: 0 };
    const { signal, stop } = stopper();
    const at = rows.length - 1;
    await assertRejects(() =>
      trainClassifier(workspace, {
        ...stopped,
        signal,
        events: { epoch: (epoch) => epoch === at && stop() },
      })
    );
    await trainClassifier(workspace, { ...stopped, resume: true });
    assertEquals(timelessRows(stopped.runFolder), timelessRows(unbroken.runFolder));
    assertEquals(await Deno.readFile(stopped.out), await Deno.readFile(unbroken.out));
  }));

Deno.test("a frozen encoder trains its head alike whatever the scale of its features", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const run = async (name: string, scale: number) => {
      const encoder = new Map(
        [...randomEncoderState(5)].map(([key, tensor]) => {
          // The last batch norm: its weight and bias scale what comes out of the ReLU.
          if (!/^features\.5\.block\.1\.(weight|bias)$/.test(key)) return [key, tensor];
          return [key, { ...tensor, data: (tensor.data as Float32Array).map((x) => scale * x) }];
        }),
      );
      const path = `${folder}/${name}_encoder.pt`;
      await writeCheckpoint(path, { sections: new Map([["encoder", encoder]]), metadata: {} });
      return await trainClassifier(workspace, {
        ...classifierOptions(folder, name),
        // Every record once an epoch, so that losses compare.
        balancing: "standard",
        learningRate: 0.03,
        encoderCheckpoint: path,
        freezeEncoder: true,
      });
    };
    const plain = await run("plain", 1);
    const small = await run("small", 1 / 1024);
    const { epochLosses: losses } = plain;
    assert(losses[3] < 0.97 * losses[0], `the loss falls: ${losses}`);
    // Standardized to about float32 precision; four epochs of Adam let that grow a little.
    small.epochLosses.forEach((loss, i) => assertAlmostEquals(loss, losses[i], 1e-3));
    assertAlmostEquals(small.test.loss, plain.test.loss, 1e-3);
  }));

Deno.test("a frozen encoder's new head starts with logits 0", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { validation } = await trainClassifier(workspace, {
      ...classifierOptions(folder, "start"),
      epochs: 1,
      learningRate: 1e-12,
      freezeEncoder: true,
    });
    // log 2 is the loss of a probability of one half.
    assertAlmostEquals(validation.loss, Math.LN2, 1e-6);
  }));

Deno.test("a frozen classifier continues from the head of --init", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const init = `${folder}/init.pt`;
    await writeCheckpoint(init, randomClassifier(6));
    const still = {
      ...classifierOptions(folder, "still"),
      epochs: 1,
      learningRate: 1e-12,
      init,
      freezeEncoder: true,
    };
    await trainClassifier(workspace, still);
    const head = async (path: string) =>
      (await readCheckpoint(path)).sections.get("model")!.get("head.weight")!.data as Float32Array;
    const [before, after] = [await head(init), await head(still.out)];
    // Standardized and folded: two roundings.
    after.forEach((weight, i) =>
      assertAlmostEquals(weight, before[i], 1e-5 * Math.abs(before[i]) + 1e-9)
    );
  }));
