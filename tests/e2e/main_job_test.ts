/** The main job as a user runs it: pretrain, fine-tune, train from scratch, evaluate. */

import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { asFloat32, type Checkpoint } from "../../src/checkpoint/state_dict.ts";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { recordMillivolts, type RecordSet } from "../../src/data/signals/record_set.ts";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";
import { ecgClassifier } from "../reference/models/ecg_classifier.ts";
import { encoder1dCnn } from "../reference/models/encoder_1d_cnn.ts";
import { forward, type NamedArrays } from "../reference/models/network.ts";
import { fromFileUrl } from "../support/paths.ts";
import { Playground, pythonWithTorch, setting, SMALL } from "./command_line.ts";

const METRICS = ["auroc_macro", "f1_macro", "sensitivity_micro", "specificity_micro"] as const;
const CLASSES = ["NORM", "MI", "STTC", "HYP", "CD"];

/** Names that PyTorch gives the encoder's tensors, in its order. */
const ENCODER_NAMES = Array.from({ length: 6 }, (_, block) =>
  [
    "0.weight",
    "1.weight",
    "1.bias",
    "1.running_mean",
    "1.running_var",
    "1.num_batches_tracked",
  ].map((name) => `features.${block}.block.${name}`)).flat();

/** Reads the cohort as the commands did, without their cache. */
function readCohort(ground: Playground): Promise<RecordSet> {
  return loadPtbXl(ground.path("cohort"), { signalLength: 128, cache: false, strict: true });
}

function bytesOf(checkpoint: Checkpoint, section: string, prefix = ""): Map<string, string> {
  const named = new Map<string, string>();
  for (const [name, { data }] of checkpoint.sections.get(section)!) {
    if (name.startsWith(prefix)) named.set(name.slice(prefix.length), data.toString());
  }
  return named;
}

Deno.test("pretrain, fine-tune, train from scratch, evaluate", async (t) => {
  await Playground.with(async (ground) => {
    const set = await readCohort(ground);
    const count = (...folds: number[]) => set.folds.filter((fold) => folds.includes(fold)).length;
    const training = count(1, 2, 3, 4, 5, 6, 7, 8);
    const steps = Math.ceil(training / 16);

    await t.step("train-simclr writes encoder, metrics, settings, figures, summary", async () => {
      const out = await ground.succeed("train-simclr", [
        ...SMALL,
        "--epochs",
        2,
        "--log-every",
        1,
        "--out",
        "made/new/encoder.pt",
        "--run-dir",
        "runs/simclr",
      ]);
      const { sections, metadata } = await readCheckpoint(ground.path("made/new/encoder.pt"));
      assertEquals([...sections.keys()], ["encoder"]);
      const encoder = sections.get("encoder")!;
      assertEquals([...encoder.keys()], ENCODER_NAMES);
      for (const { name, shape } of encoder1dCnn({}).parameters) {
        assertEquals(encoder.get(name)!.shape, shape, name);
      }
      assertEquals(
        encoder.get("features.5.block.1.num_batches_tracked")!.data,
        BigInt64Array.of(BigInt(2 * steps)),
      );
      assertEquals(metadata.method, "simclr");
      assertEquals(metadata.class_names, CLASSES);
      assertEquals(metadata.signal_length, 128);
      assertEquals(metadata.sampling_rate, 100);
      assertEquals(metadata.leads?.length, 12);
      assertEquals([metadata.seed, metadata.epoch], [42, 2]);
      assertEquals(metadata.normalisation?.kind, "train");

      const rows = ground.metrics("runs/simclr");
      const perStep = rows.filter(({ step }) => step !== undefined);
      assertEquals(
        perStep.map(({ epoch, step }) => [epoch, step]),
        Array.from({ length: 2 * steps }, (_, i) => [1 + Math.floor(i / steps), i + 1]),
      );
      // NT-Xent of 2N views at chance is ln(2N − 1) = 3.43; temperature 0.07 may at worst give 2/0.07.
      for (const { loss } of perStep) assert(loss > 0 && loss < 28, `loss ${loss}`);
      const perEpoch = rows.filter(({ step }) => step === undefined);
      assertEquals(perEpoch.map(({ epoch }) => epoch), [1, 2]);
      for (const { epoch, train_loss } of perEpoch) {
        const losses = perStep.filter((row) => row.epoch === epoch);
        const sum = losses.reduce(
          (total, { loss }, i) => total + loss * Math.min(16, training - 16 * i),
          0,
        );
        // The same float64 sum in the same order.
        assertAlmostEquals(train_loss, sum / training, 1e-12);
      }
      const config = ground.json("runs/simclr/config.json");
      assertEquals(
        [config.command, config.epochs, config.batchSize, config.seed, config.signalLength],
        ["train-simclr", 2, 16, 42, 128],
      );
      for (const name of ["loss.svg", "probe.svg"]) {
        const figure = Deno.readTextFileSync(ground.path(`runs/simclr/${name}`));
        assert(figure.startsWith("<svg") && figure.endsWith("</svg>"), name);
        assert(!/NaN|undefined|Infinity/.test(figure), name);
        assert(out.includes(`runs/simclr/${name}`), out);
        assert(!/PTB-XL,/.test(figure), "a synthetic cohort does not pass for PTB-XL");
      }
      assert(out.includes("Synthetic cohort (80 records"), out);
      assert(
        /Linear probe\s+test AUROC 0\.\d{4}, random encoder 0\.\d{4} \([+-]0\.\d+\)/.test(out),
      );
      assert(/Throughput\s+[\d.,]+ records\/s/.test(out), out);
      assertEquals(
        setting(out, "Next"),
        "deno task finetune --ssl-checkpoint made/new/encoder.pt --data-root cohort " +
          "--signal-length 128",
      );
    });

    await t.step("one seed gives one encoder, another seed another; formats agree", async () => {
      const run = (out: string, ...more: (string | number)[]) =>
        ground.succeed("train-simclr", [
          ...SMALL,
          "--epochs",
          2,
          "--out",
          out,
          "--run-dir",
          `runs/${out}`,
          ...more,
        ]);
      // Another interval of reading and another place change nothing.
      await run("again.pt");
      assertEquals(ground.bytes("again.pt"), ground.bytes("made/new/encoder.pt"));
      await run("other.safetensors", "--seed", 43);
      const other = await readCheckpoint(ground.path("other.safetensors"));
      const first = await readCheckpoint(ground.path("again.pt"));
      assertEquals([...other.sections.keys()], ["encoder"]);
      assertEquals(new Set(other.sections.get("encoder")!.keys()), new Set(ENCODER_NAMES));
      assertNotEquals(bytesOf(other, "encoder"), bytesOf(first, "encoder"));
      const order = (run: string) => ground.metrics(`runs/${run}`)[0].loss;
      assertNotEquals(order("other.safetensors"), order("again.pt"));
    });

    await t.step("finetune: losses, strategies, frozen or not", async () => {
      const start = await readCheckpoint(ground.path("again.pt"));
      const variants = [
        ["bce", "standard", true],
        ["focal", "oversample", false],
        ["weighted", "stratified", true],
        ["class_balanced", "oversample", true],
      ] as const;
      for (const [loss, strategy, frozen] of variants) {
        const out = await ground.succeed("finetune", [
          ...SMALL,
          "--ssl-checkpoint",
          "again.pt",
          "--epochs",
          3,
          "--label-fraction",
          0.5,
          "--loss",
          loss,
          "--balance-strategy",
          strategy,
          ...(frozen ? ["--freeze-encoder"] : []),
          "--out",
          `${loss}.pt`,
          "--run-dir",
          `runs/${loss}`,
        ]);
        assert(setting(out, "Labels").includes(`loss ${loss}, drawing ${strategy}`), out);
        assertEquals(setting(out, "Labels").split(" ")[0], String(Math.round(training / 2)));
        const checkpoint = await readCheckpoint(ground.path(`${loss}.pt`));
        assertEquals([...checkpoint.sections.keys()], ["model"]);
        assertEquals(
          [...checkpoint.sections.get("model")!.keys()],
          [...ENCODER_NAMES.map((name) => `encoder.${name}`), "head.weight", "head.bias"],
        );
        const same = JSON.stringify([...bytesOf(checkpoint, "model", "encoder.")]) ===
          JSON.stringify([...bytesOf(start, "encoder")]);
        // A frozen encoder is in evaluation mode: not even its running statistics move.
        assertEquals(same, frozen, `${loss}: the encoder stays if and only if it is frozen`);
        assertEquals(checkpoint.metadata.method, "finetune");
        assertEquals(checkpoint.metadata.normalisation, start.metadata.normalisation);

        const perEpoch = ground.metrics(`runs/${loss}`).filter(({ step }) => step === undefined);
        assertEquals(perEpoch.map(({ epoch }) => epoch), [1, 2, 3]);
        for (const row of perEpoch) for (const name of METRICS) assert(row[name] >= 0, name);
        const f1 = perEpoch.map(({ f1_macro }) => f1_macro);
        const best = f1.indexOf(Math.max(...f1)) + 1;
        assertEquals(checkpoint.metadata.epoch, best, "the first epoch with the best F1");
        assertEquals(ground.json(`runs/${loss}/result.json`).best_epoch, best);
        assertEquals(checkpoint.metadata.metrics?.f1_macro, f1[best - 1]);
        assert(setting(out, "Best epoch").startsWith(`${best},`), out);
        assert(setting(out, "Next").includes(`evaluate --checkpoint ${loss}.pt`), out);
      }
    });

    await t.step("train-supervised: one seed, one file; another seed, another", async () => {
      const run = (out: string, seed: number, ...more: string[]) =>
        ground.succeed("train-supervised", [
          ...SMALL,
          "--epochs",
          2,
          "--label-fraction",
          1,
          "--loss",
          "bce",
          "--seed",
          seed,
          "--out",
          out,
          "--run-dir",
          `runs/${out}`,
          ...more,
        ]);
      await run("a.pt", 1);
      await run("b.pt", 1);
      await run("c.pt", 2);
      assertEquals(ground.bytes("a.pt"), ground.bytes("b.pt"));
      assertNotEquals(ground.bytes("a.pt"), ground.bytes("c.pt"));
      // Records in the order of the table, mV as they are.
      await run("plain.safetensors", 1, "--no-shuffle", "--normalize", "none");
      const { metadata, sections } = await readCheckpoint(ground.path("plain.safetensors"));
      assertEquals(metadata.normalisation, null);
      assertEquals([...sections.keys()], ["model"]);
      assertEquals(ground.json("runs/plain.safetensors/config.json").shuffle, false);
      assertNotEquals(
        bytesOf({ sections, metadata }, "model"),
        bytesOf(await readCheckpoint(ground.path("a.pt")), "model"),
      );
    });

    await t.step(
      "evaluate agrees with the metrics, the records and the float64 model",
      async () => {
        const rows = [...set.ids.keys()].filter((row) => set.folds[row] === 10);
        const labels = Float32Array.from(
          rows.flatMap((row) => [...set.labels.subarray(row * 5, row * 5 + 5)]),
        );
        for (const checkpoint of ["focal.pt", "plain.safetensors"]) {
          const out = await ground.succeed("evaluate", [
            ...SMALL,
            "--checkpoint",
            checkpoint,
            "--predictions",
            "new/predictions.csv",
            "--json",
            "new/evaluation.json",
          ]);
          const [header, ...table] = ground.csv("new/predictions.csv");
          assertEquals(header, ["ecg_id", ...CLASSES]);
          assertEquals(table.map(([id]) => Number(id)), rows.map((row) => set.ids[row]));
          const probabilities = table.flatMap(([, ...values]) => values.map(Number));
          for (const p of probabilities) assert(p > 0 && p < 1, `probability ${p}`);

          // From the file of the record to the probability, once more, in float64.
          const saved = await readCheckpoint(ground.path(checkpoint));
          const expected = probabilitiesOfTwin(saved, set, rows);
          // float32 sums of up to 1,280 products through six layers; 2.4e-7 was the worst seen.
          probabilities.forEach((p, i) => assertAlmostEquals(p, expected[i], 2e-5));

          const json = ground.json("new/evaluation.json");
          const metrics = multilabelMetrics(labels, probabilities, { classes: 5 });
          const perClass = perClassMetrics(labels, probabilities, { classes: 5 });
          assertEquals([json.fold, json.records, json.noise_std], [10, rows.length, 0]);
          for (const name of METRICS) {
            assertEquals(json.metrics[name], metrics[name], name);
            const { low, high, estimate } = json.intervals_95[name];
            assertEquals(estimate, metrics[name]);
            assert(low <= estimate && estimate <= high, `${name}: ${low} ${estimate} ${high}`);
            assert(new RegExp(`${name}\\s+${metrics[name].toFixed(4)}`).test(out), name);
          }
          assertEquals(Object.keys(json.per_class), CLASSES);
          CLASSES.forEach((name, c) => {
            const finite = (value: number) => Number.isFinite(value) ? value : null;
            const { auroc, auprc, f1, support, intervals_95 } = json.per_class[name];
            assertEquals([auroc, auprc, f1], [
              finite(perClass[c].auroc),
              finite(perClass[c].auprc),
              finite(perClass[c].f1),
            ]);
            assertEquals(support, perClass[c].support);
            assertEquals(Object.keys(intervals_95).sort(), [
              "auprc",
              "auroc",
              "f1",
              "sensitivity",
              "specificity",
            ]);
          });
          const run = checkpoint === "focal.pt" ? "focal" : checkpoint;
          const { test } = ground.json(`runs/${run}/result.json`);
          for (const name of METRICS) assertEquals(json.metrics[name], test[name], name);
          assertEquals(json.normalisation, checkpoint === "focal.pt" ? "train" : "none");
        }
      },
    );

    await t.step("evaluate corrupts repeatably and leaves clean runs alone", async () => {
      const predict = async (...more: (string | number)[]) => {
        await ground.succeed("evaluate", [
          ...SMALL,
          "--checkpoint",
          "focal.pt",
          "--predictions",
          "p.csv",
          "--json",
          "p.json",
          ...more,
        ]);
        return Deno.readTextFileSync(ground.path("p.csv"));
      };
      const clean = await predict();
      assertEquals(await predict("--noise-std", 0, "--mask-ratio", 0, "--seed", 9), clean);
      const noisy = await predict("--noise-std", 0.2, "--mask-ratio", 0.3, "--seed", 9);
      assertNotEquals(noisy, clean);
      // Another batch size: the corruption belongs to the record, not to its place in a batch.
      const again = ground.csv("p.csv").slice(1).flat().map(Number);
      await predict("--noise-std", 0.2, "--mask-ratio", 0.3, "--seed", 9, "--batch-size", 4);
      ground.csv("p.csv").slice(1).flat().forEach((value, i) =>
        // Other kernels may serve other batches: float32 rounding only.
        assertAlmostEquals(Number(value), again[i], 2e-5)
      );
      assertEquals(await predict("--noise-std", 0.2, "--mask-ratio", 0.3, "--seed", 9), noisy);
      const { noise_std, mask_ratio, seed } = ground.json("p.json");
      assertEquals([noise_std, mask_ratio, seed], [0.2, 0.3, 9]);
      assertNotEquals(
        await predict("--noise-std", 0.2, "--mask-ratio", 0.3, "--seed", 8),
        noisy,
      );
      const masked = await predict("--mask-ratio", 0.3);
      assert(masked !== clean && masked !== noisy);
      assertEquals(await predict("--mask-ratio", 0.3), masked);

      await predict("--fold", 9);
      const ids = ground.csv("p.csv").slice(1).map(([id]) => Number(id));
      assertEquals(ids, [...set.ids].filter((_, row) => set.folds[row] === 9));
      const { validation } = ground.json("runs/focal/result.json");
      const { metrics } = ground.json("p.json");
      // The checkpoint holds the weights of the best epoch, not of the last.
      for (const name of METRICS) assertEquals(metrics[name], validation[name], name);
    });

    await t.step("--init starts from a whole model or an encoder, and from PyTorch's", async () => {
      // lr so small that one epoch of one step a batch moves no weight visibly.
      const still = ["--epochs", 1, "--lr", "1e-12"] as const;
      await ground.succeed("train-supervised", [
        ...SMALL,
        ...still,
        "--init",
        "a.pt",
        "--out",
        "init.pt",
        "--run-dir",
        "runs/init",
      ]);
      const weight = async (file: string, section: string, name: string) =>
        asFloat32((await readCheckpoint(ground.path(file))).sections.get(section)!.get(name)!);
      const close = (a: Float32Array, b: Float32Array) =>
        a.every((value, i) => Math.abs(value - b[i]) < 1e-6);
      const [first, head] = ["features.0.block.0.weight", "head.weight"];
      assert(close(
        await weight("init.pt", "model", head),
        await weight("a.pt", "model", head),
      ));
      await ground.succeed("train-simclr", [
        ...SMALL,
        ...still,
        "--init",
        "again.pt",
        "--out",
        "init_encoder.pt",
        "--run-dir",
        "runs/init_encoder",
        "--config",
        "none",
      ]);
      assert(close(
        await weight("init_encoder.pt", "encoder", first),
        await weight("again.pt", "encoder", first),
      ));
      // A file without metadata, as PyTorch writes it, is evaluated on mV as they are.
      const { sections } = await readCheckpoint(ground.path("a.pt"));
      await writeCheckpoint(ground.path("bare.pt"), { sections, metadata: {} });
      await ground.succeed("evaluate", [
        ...SMALL,
        "--checkpoint",
        "bare.pt",
        "--json",
        "bare.json",
      ]);
      assertEquals(ground.json("bare.json").normalisation, "none");
      await ground.succeed("evaluate", [
        ...SMALL,
        "--checkpoint",
        "bare.pt",
        "--json",
        "bare_train.json",
        "--normalize",
        "train",
      ]);
      assertEquals(ground.json("bare_train.json").normalisation, "train");
      const { test } = ground.json("runs/a.pt/result.json");
      assertEquals(ground.json("bare_train.json").metrics.auroc_macro, test.auroc_macro);
    });

    const python = pythonWithTorch();
    await t.step({
      name: "PyTorch loads our files and we its, with the same answers" +
        (python ? "" : " [skipped: no python3 with torch; set SSRL_ECG_PYTHON]"),
      ignore: python === undefined,
      fn: async () => {
        const rows = [...set.ids.keys()].filter((row) => set.folds[row] === 10);
        const signals = new Float32Array(rows.length * 128 * 12);
        rows.forEach((row, i) => signals.set(recordMillivolts(set, row), i * 128 * 12));
        await Deno.writeFile(ground.path("signals.bin"), new Uint8Array(signals.buffer));
        const plain = await readCheckpoint(ground.path("plain.safetensors"));
        await writeCheckpoint(ground.path("plain.pt"), plain);
        const { success, stdout, stderr } = await new Deno.Command(python!, {
          args: [
            fromFileUrl(new URL("./torch_model.py", import.meta.url)),
            ...["again.pt", "plain.pt", "signals.bin", "theirs.pt"].map((name) =>
              ground.path(name)
            ),
          ],
        }).output();
        assert(success, new TextDecoder().decode(stderr));
        const answers = JSON.parse(new TextDecoder().decode(stdout));
        for (
          const [file, expected] of [["plain.pt", answers.ours], ["theirs.pt", answers.theirs]]
        ) {
          await ground.succeed("evaluate", [
            ...SMALL,
            "--checkpoint",
            file,
            "--predictions",
            "torch.csv",
          ]);
          const found = ground.csv("torch.csv").slice(1).flatMap(([, ...p]) => p.map(Number));
          // Two float32 sums in different orders.
          found.forEach((p, i) => assertAlmostEquals(p, expected[i], 2e-5));
        }
        await ground.succeed("train-supervised", [
          ...SMALL,
          "--init",
          "theirs.pt",
          "--epochs",
          1,
          "--out",
          "from_theirs.pt",
          "--run-dir",
          "runs/theirs",
        ]);
      },
    });
  });
});

/** Sigmoid of the float64 twin's logits for rows of a set, normalized as the checkpoint says. */
function probabilitiesOfTwin(
  { sections, metadata }: Checkpoint,
  set: RecordSet,
  rows: readonly number[],
): number[] {
  const model = sections.get("model")!;
  const state: NamedArrays = new Map();
  for (const [name, tensor] of model) {
    state.set(
      name,
      tensor.dtype === "int64" ? new Float64Array(1) : Float64Array.from(asFloat32(tensor)),
    );
  }
  for (const { name } of ecgClassifier({}).parameters) assert(state.has(name), name);
  const { normalisation: normalization } = metadata;
  const input = new Float64Array(rows.length * set.signalLength * 12);
  rows.forEach((row, i) => {
    recordMillivolts(set, row).forEach((x, at) => {
      const lead = at % 12;
      input[i * set.signalLength * 12 + at] = normalization
        ? (x - normalization.mean[lead]) / normalization.standard_deviation[lead]
        : x;
    });
  });
  const { output } = forward(ecgClassifier({}), state, input, rows.length, false);
  return Array.from(output, (x) => 1 / (1 + Math.exp(-x)));
}
