import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { recordInput } from "../../src/augment/record_input.ts";
import { UserError } from "../../src/errors.ts";
import { evaluateRows } from "../../src/evaluation/inference.ts";
import {
  type EpochObservation,
  pretrain,
  type PretrainEvents,
} from "../../src/training/pretrain.ts";
import { PretrainMonitor } from "../../src/training/pretrain_monitor.ts";
import type { PretrainingMethod } from "../../src/methods/pretraining_method.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { byolRegression, recordByolLoss } from "../../src/losses/byol_regression.ts";
import type { Method } from "../../src/methods/method.ts";
import { simclr, SimclrMethod } from "../../src/methods/simclr.ts";
import { embeddingSpread } from "../../src/metrics/embedding_spread.ts";
import { multilabelMetrics } from "../../src/metrics/multilabel_metrics.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { nearestNeighborProbabilities } from "../../src/estimators/k_nearest_neighbors.ts";
import {
  pretrainOptions,
  pretrainSimclr,
  stopper,
  timelessRows,
  withSmallWorkspace,
} from "../support/small_workspace.ts";

Deno.test("the monitor measures the spread of z and a probe on fold 9", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu, split } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const store = new ParameterStore();
    const model = new Simclr(store, { width: 4, projection: 8 });
    store.allocate(gpu, 1);
    const network = { evaluate: model.evaluate.bind(model) };
    const rows = [...split.train, ...split.validation];
    const { features, z } = await evaluateRows(workspace, rows, network.evaluate);
    const validation = split.validation.length;
    const cut = split.train.length;

    const monitor = new PretrainMonitor(workspace, network, 3, { every: 2, kind: "knn" });
    assertEquals([0, 1, 2, 3, 4].map((epoch) => monitor.probesAfter(epoch)), [
      true,
      false,
      true,
      false,
      true,
    ]);
    assertAlmostEquals(
      (await monitor.spread(1))!,
      embeddingSpread(z.subarray(8 * cut), validation, 8) * Math.sqrt(8),
      1e-12,
    );
    const labels = workspace.labelsOf(split.validation);
    const probabilities = nearestNeighborProbabilities({
      labeled: {
        features: features.subarray(0, 16 * cut),
        labels: workspace.labelsOf(split.train),
      },
      classes: 5,
      queries: features.subarray(16 * cut),
    });
    assertEquals(
      await monitor.probeAuroc(1),
      multilabelMetrics(labels, probabilities, { classes: 5 }).auroc_macro,
    );
    monitor.destroy();

    // Where a method has no z, its features are looked at.
    const pooled = new PretrainMonitor(workspace, {
      evaluate: (recorder, x) => ({ features: model.evaluate(recorder, x).features }),
    }, 3);
    assert(!pooled.probesAfter(0));
    assertAlmostEquals(
      (await pooled.spread(1))!,
      embeddingSpread(features.subarray(16 * cut), validation, 16) * Math.sqrt(16),
      1e-12,
    );
    pooled.destroy();
    store.destroy();
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("an online probe changes no bit of the training; a resumed run continues its curve", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const alone = pretrainOptions(folder, "alone");
    const quiet = await pretrainSimclr(workspace, alone);
    assertEquals(quiet.probeCurve, []);
    const probed = {
      ...pretrainOptions(folder, "probed"),
      onlineProbe: { every: 2, kind: "knn" } as const,
    };
    const seen: (number | EpochObservation)[] = [];
    const events: PretrainEvents = {
      untrained: (auroc) => seen.push(auroc),
      epoch: (_epoch, { spread, probeAuroc }) => seen.push({ spread, probeAuroc }),
    };
    const result = await pretrainSimclr(workspace, { ...probed, events });
    assertEquals(await Deno.readFile(probed.out), await Deno.readFile(alone.out));
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);

    const rows = timelessRows(probed.runFolder).filter(({ step }) => step === undefined);
    assertEquals(rows.map(({ epoch }) => epoch), [0, 1, 2, 3]);
    assertEquals(rows.map((row) => "probe_auroc" in row), [true, false, true, false]);
    assertEquals(rows.map((row) => "embedding_spread" in row), [false, true, true, true]);
    assertEquals(seen[0], rows[0].probe_auroc);
    rows.slice(1).forEach((row, i) => {
      const { spread, probeAuroc } = seen[i + 1] as EpochObservation;
      assertEquals([row.embedding_spread, row.probe_auroc], [spread, probeAuroc]);
      assert(spread! > 0 && spread! < 1.1);
    });
    assertEquals(
      result.probeCurve,
      [0, 2].map((at) => ({ epoch: at, auroc: Number(rows[at].probe_auroc) })),
    );
    const plain = timelessRows(alone.runFolder).map((row) => ({ ...row, probe_auroc: undefined }));
    assertEquals(
      timelessRows(probed.runFolder).slice(1).map((row) => ({ ...row, probe_auroc: undefined })),
      plain,
    );

    // Stopped after epoch 2, resumed with another probe: the old points stay.
    const { signal, stop } = stopper();
    const stopped = { ...probed, ...pretrainOptions(folder, "stopped"), saveEverySeconds: 0 };
    await assertRejects(() =>
      pretrainSimclr(
        workspace,
        {
          ...stopped,
          signal,
          events: { epoch: (epoch: number) => epoch === 2 && stop() },
        } as typeof alone,
      )
    );
    const linear = { every: 3, kind: "linear" } as const;
    const second = await pretrainSimclr(workspace, {
      ...stopped,
      onlineProbe: linear,
      resume: true,
    });
    assertEquals(second.probeCurve.map(({ epoch }) => epoch), [0, 2, 3]);
    assertEquals(second.probeCurve.slice(0, 2), result.probeCurve);
    assertEquals(await Deno.readFile(stopped.out), await Deno.readFile(alone.out));
  }));

Deno.test("records without labels: pretraining probes nothing, but watches the spread", () =>
  withSmallWorkspace(async (workspace, folder) => {
    workspace.set.labels.fill(0);
    const options = {
      ...pretrainOptions(folder, "unlabeled"),
      epochs: 1,
      onlineProbe: { every: 1, kind: "knn" } as const,
      events: {
        probing: () => assert(false, "there is nothing to probe"),
        untrained: () => assert(false, "there is nothing to probe"),
      },
    };
    const { probes, probeCurve } = await pretrainSimclr(workspace, options);
    assertEquals([probes, probeCurve], [undefined, []]);
    const { embedding_spread } = timelessRows(options.runFolder).at(-1)!;
    assert(Number(embedding_spread) > 0);
    const result = JSON.parse(Deno.readTextFileSync(`${options.runFolder}/result.json`));
    assertEquals(Object.keys(result), ["epoch_losses", "checkpoint"]);
  }));

/** A small network trained by SimCLR; or by pulling views together with nothing to keep z apart. */
function smallMethod(repels: boolean): PretrainingMethod {
  const augmentations = augmentationConfig("full");
  return {
    ...simclr,
    name: "small",
    parameters: {},
    build({ store }) {
      const model = new Simclr(store, { width: 4, hidden: 32, projection: 16 });
      const repelling = new SimclrMethod(store, model, { temperature: 0.1, augmentations });
      const attraction: Method = {
        store,
        statisticsUpdates: 2,
        // BYOL without predictor and with the network itself as target (Chen & He 2021, section 4.2).
        record(recorder, { records, indices, step, normalization, rows }) {
          const passes = ([0, 1] as const).map((firstView) =>
            model.forward(
              recorder,
              recordInput(recorder, {
                records,
                batch: indices,
                state: step.state,
                normalization,
                rows,
                views: 1,
                firstView,
                augmentations,
              }),
            )
          );
          const losses = recorder.transient("losses", [2, rows]);
          passes.forEach(({ z, backward }, direction) => {
            const target = passes[1 - direction].z;
            backward(byolRegression(recorder, { prediction: z, target, losses, direction }));
          });
          recordByolLoss(recorder, losses, step);
        },
      };
      if (repels) return repelling;
      return {
        ...attraction,
        encoder: model.encoder,
        evaluate: (recorder, x) => model.evaluate(recorder, x),
      };
    },
  };
}

Deno.test("a network that collapses is warned of, once; one that learns is not", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const run = async (repels: boolean) => {
      const warnings: [number, string][] = [];
      let current = 0;
      const options = {
        ...pretrainOptions(folder, `repels ${repels}`),
        // Four steps an epoch: 50 of them after epoch 13.
        batchSize: 8,
        epochs: 16,
        learningRate: 3e-3,
        events: {
          epoch: (epoch: number) => current = epoch,
          warning: (text: string) => warnings.push([current, text]),
        },
      };
      await pretrain(workspace, smallMethod(repels), options);
      const { embedding_spread } = timelessRows(options.runFolder).at(-1)!;
      return { warnings, spread: Number(embedding_spread) };
    };
    const learning = await run(true);
    assertEquals(learning.warnings, []);
    assert(learning.spread > 0.2, `spread ${learning.spread}`);
    const { warnings, spread } = await run(false);
    assert(spread < 0.05, `spread ${spread}`);
    assertEquals(warnings.map(([epoch]) => epoch), [13]);
    assert(warnings[0][1].startsWith("Warning: the network has collapsed"));
  }));

Deno.test("weights that have run away end the run after the epoch", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const run = { ...pretrainOptions(folder, "away"), learningRate: 1e30 };
    await assertRejects(() => pretrainSimclr(workspace, run), UserError, "Training diverged");
    assert(!existsSync(run.out));
  }));
