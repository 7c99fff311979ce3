/** A results folder as the commands leave it, made by code in a moment. */

import { join } from "node:path";
import { multilabelMetrics, perClassMetrics } from "../../../src/metrics/multilabel_metrics.ts";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";
import { testPredictionsCsv } from "../../../src/results/test_predictions.ts";
import { meanInterval } from "../../../src/stats/mean_interval.ts";

/** Classes of the example; one is rare. */
export const CLASSES = ["NORM", "MI", "HYP"];
/** Records of the test fold. */
export const RECORDS = 90;
/** Seeds of the example. */
export const SEEDS = [42, 52, 62];
/** Configurations of the example. */
export const CONFIGURATIONS = ["bce_standard", "simclr_focal_oversample"];

function write(path: string, value: unknown): void {
  Deno.mkdirSync(join(path, ".."), { recursive: true });
  Deno.writeTextFileSync(path, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

/** Test records with the probabilities of one training. */
function predict(seed: number, skill: number) {
  const truth = new CounterRandom(7, Stream.synthetic);
  const random = new CounterRandom(seed, Stream.bootstrap);
  const shares = [0.5, 0.3, 0.15];
  const labels = Uint8Array.from(
    { length: RECORDS * CLASSES.length },
    (_, i) => truth.uniform() < shares[i % CLASSES.length] ? 1 : 0,
  );
  const probabilities = Float64Array.from(
    labels,
    (label) => 1 / (1 + Math.exp(-(skill * (2 * label - 1) + 1.2 * random.normal() - 0.4))),
  );
  return { labels, probabilities };
}

/** Writes the folder of one classifier; returns its entry for the file of `train-multiseed`. */
export function writeClassifierRun(
  folder: string,
  { seed, skill, command = "train-supervised", commandLine }: {
    seed: number;
    skill: number;
    command?: string;
    commandLine?: string | null;
  },
) {
  const { labels, probabilities } = predict(seed + Math.round(1000 * skill), skill);
  const options = { classes: CLASSES.length };
  const test = { ...multilabelMetrics(labels, probabilities, options), loss: 0.5 };
  const validation = { ...test, auroc_macro: test.auroc_macro + 0.02 };
  const perClass = Object.fromEntries(
    perClassMetrics(labels, probabilities, options).map((metrics, c) => [CLASSES[c], metrics]),
  );
  write(join(folder, "config.json"), {
    command,
    commandLine: commandLine === undefined ? `deno task ${command} --seed ${seed}` : commandLine,
    version: "0.1.0",
    deno: "2.9.6",
    started: "2026-01-01T00:00:00.000Z",
    data: "synthetic cohort",
    adapter: "a processor",
    seed,
    loss: "focal",
    adam: { weightDecay: 0 },
    epochs: 6,
  });
  const rows = Array.from({ length: 6 }, (_, i) => ({
    epoch: i + 1,
    train_loss: 0.7 / (i + 1) ** 0.4 + seed / 5000,
    seconds: 2,
    records_per_second: 100 + seed,
    validation_loss: 0.68 / (i + 1) ** 0.3 + (i === 5 ? 0.1 + seed / 1000 : 0),
    auroc_macro: validation.auroc_macro - 0.02 * (5 - i),
    f1_macro: 0.5,
    best: true,
  }));
  write(join(folder, "metrics.jsonl"), rows.map((row) => JSON.stringify(row) + "\n").join(""));
  write(join(folder, "result.json"), {
    best_epoch: 6,
    validation,
    test,
    checkpoint: "checkpoints/a.pt",
    test_per_class: perClass,
  });
  const ids = Int32Array.from({ length: RECORDS }, (_, i) => i + 1);
  write(
    join(folder, "test_predictions.csv"),
    testPredictionsCsv(
      {
        ids,
        // Two records a patient.
        patients: ids.map((id) => Math.ceil(id / 2)),
        classNames: CLASSES,
        labels: Uint8Array.from(labels),
      } as unknown as Parameters<typeof testPredictionsCsv>[0],
      ids.map((_, i) => i),
      probabilities,
    ),
  );
  const { loss: _, ...documented } = test;
  return {
    seed,
    ...documented,
    checkpoint: "checkpoints/a.pt",
    best_epoch: 6,
    validation,
    test,
    per_class: perClass,
    run_folder: folder,
  };
}

/** Metrics of one condition or probe, with intervals around them. */
function measured(auroc: number) {
  const interval = { estimate: auroc, low: auroc - 0.03, high: auroc + 0.03, resamples: 1000 };
  return {
    metrics: { auroc_macro: auroc, f1_macro: auroc - 0.2 },
    intervals_95: { auroc_macro: interval },
  };
}

/** Writes `results/` and `statistical_tests.json` in a folder; returns the experiment's entries. */
export function writeExampleResults(folder: string) {
  const results = join(folder, "results");
  const individual = Object.fromEntries(CONFIGURATIONS.map((name, c) => [
    name,
    SEEDS.map((seed) =>
      writeClassifierRun(
        join(results, "multiseed", `${name}_seed${String(seed).padStart(3, "0")}`),
        {
          seed,
          skill: 0.8 + 0.25 * c,
          command: "train-multiseed",
          commandLine: "deno task train-multiseed --method supervised,simclr",
        },
      )
    ),
  ]));
  write(join(results, "phase2_multiseed_results.json"), {
    timestamp: "2026-01-01T00:00:00",
    quick_mode: true,
    configurations: [["bce", "standard"], ["focal", "oversample"]],
    seeds: SEEDS,
    methods: Object.fromEntries(CONFIGURATIONS.map((name, c) => [
      name,
      { method: ["supervised", "simclr"][c], loss: "bce", label_fraction: 0.1, epochs: 6 },
    ])),
    data: "synthetic cohort",
    classes: CLASSES,
    individual_results: individual,
    failures: [{ configuration: CONFIGURATIONS[0], seed: 72, error: "out of <memory>" }],
    statistics: {},
  });
  for (const seed of SEEDS.slice(0, 2)) {
    const pretrain = join(results, "multiseed", `pretrain_simclr_seed0${seed}`);
    write(join(pretrain, "config.json"), {
      command: "train-multiseed",
      seed,
      adapter: "a processor",
    });
    write(
      join(pretrain, "metrics.jsonl"),
      [1, 2, 3].map((epoch) =>
        JSON.stringify({
          epoch,
          train_loss: 4 / epoch + seed / 100,
          seconds: 3,
          records_per_second: 50,
          embedding_spread: 0.3 * epoch,
        }) + "\n"
      ).join(""),
    );
    write(join(pretrain, "result.json"), { epoch_losses: [4, 2, 1.3], checkpoint: "a.pt" });
  }
  const track = (auroc: number[]) => ({ auroc, f1: auroc.map((value) => value - 0.2) });
  write(join(results, "label_scarcity", "label_scarcity_benchmark.json"), {
    label_scarcity: {
      "0.1": { supervised: track([0.7, 0.72, 0.69]), ssl_finetuned: track([0.76, 0.77, 0.75]) },
      "1": { supervised: track([0.85, 0.86, 0.84]), ssl_finetuned: track([0.86, 0.87, 0.85]) },
      "0.01": {
        supervised: track([0.6, 0.58, null as unknown as number]),
        ssl_finetuned: track([0.7, 0.68, 0.66]),
      },
    },
    seeds: SEEDS,
    label_fractions: [0.1, 1, 0.01],
    data: "synthetic cohort",
    command_line: "deno task label-scarcity --seeds 42,52,62",
  });
  const delta = (values: number[]) => {
    const { n, mean, standardDeviation, low, high } = meanInterval(values);
    return { n, mean, sd: standardDeviation, interval_95: [low, high] };
  };
  const runs = SEEDS.flatMap((seed, i) => [
    { config: "full", seed, probe_auroc: 0.8 + i / 100, finetuned_auroc: 0.85 },
    { config: "no-mixup", seed, probe_auroc: 0.78 + i / 50, finetuned_auroc: 0.84 + i / 100 },
  ]);
  write(join(results, "ablation", "ablation.json"), {
    reference: "full",
    seeds: SEEDS,
    data: "synthetic cohort",
    deltas: {
      "no-mixup": {
        probe_auroc: delta([-0.02, -0.01, 0]),
        finetuned_auroc: delta([-0.01, 0, 0.01]),
      },
    },
    runs,
  });
  const point = (noise_std: number, mask_ratio: number, auroc: number) => ({
    noise_std,
    mask_ratio,
    ...measured(auroc),
    change_from_clean: noise_std + mask_ratio === 0
      ? null
      : { auroc_macro: { estimate: auroc - 0.9, low: auroc - 0.92, high: auroc - 0.88 } },
  });
  for (const [name, loss] of [["finetuned", 0], ["supervised", 0.05]] as const) {
    write(join(results, `robustness_${name}.json`), {
      checkpoint: `checkpoints/${name}.pt`,
      fold: 10,
      records: RECORDS,
      metrics: {},
      per_class: {},
      noise_std: 0,
      sweep: [
        point(0, 0, 0.9 - loss),
        point(0.1, 0, 0.87 - loss),
        point(0.2, 0, 0.8 - 2 * loss),
        point(0, 0.2, 0.86 - loss),
        point(0, 0.4, 0.7),
      ],
      command_line: `deno task evaluate --checkpoint checkpoints/${name}.pt`,
    });
  }
  write(join(results, "linear_probe.json"), {
    command: "linear-probe",
    checkpoint: "checkpoints/ssl_simclr.pt",
    fold: 10,
    records: RECORDS,
    labelled: 500,
    probe: {},
    trained: measured(0.82),
    random: [{ seed: 1, ...measured(0.75) }],
    gain: { auroc_macro: { estimate: 0.07, low: 0.03, high: 0.11 } },
  });
  const scores = (shift: number) =>
    Object.fromEntries(["auroc", "auprc", "f1", "sensitivity", "specificity"].map((name, i) => {
      const estimate = 0.9 - 0.03 * i + shift;
      return [name, { estimate, low: estimate - 0.05, high: estimate + 0.05 }];
    }));
  write(join(results, "transfer-mitbih-2026", "transfer_mitbih.json"), {
    transfer_eval: { auroc: 0.9, f1: 0.84 },
    checkpoint: "checkpoints/ssl_simclr.pt",
    freeze_encoder: true,
    seed: 42,
    parts: { test: { windows: 3960 } },
    transfer: { intervals_95: scores(0) },
    baseline: { intervals_95: scores(-0.1) },
    difference: scores(-0.8),
  });
  const values = (name: string, metric: "auroc_macro" | "f1_macro") =>
    individual[name].map((result) => result[metric]);
  const [second, first] = CONFIGURATIONS;
  const metric = (name: "auroc_macro" | "f1_macro") => {
    const [a, b] = [values(first, name), values(second, name)];
    const paired = meanInterval(a.map((value, i) => value - b[i]));
    const side = (label: string, list: number[]) => {
      const { mean, standardDeviation } = meanInterval(list);
      return { name: label, n: list.length, mean, std: standardDeviation };
    };
    return {
      method1: side(first, a),
      method2: side(second, b),
      test_result: { test: "Paired t-test", p_value: 0.0123 },
      improvement: paired.mean,
      improvement_pct: 100 * paired.mean / Math.abs(side(second, b).mean),
      interval_95: [paired.low, paired.high],
      p_holm: 0.0246,
      paired_t: { statistic: 9, p_value: 0.0123 },
      wilcoxon: { statistic: 6, p_value: 0.25 },
      permutation: { statistic: 1, p_value: 0.25 },
      welch_t: { statistic: 8, p_value: 0.00001 },
      mann_whitney: null,
      cohens_d: 2.5,
      bootstrap_seeds: [0.01, 0.1],
      smallest_detectable_difference: 0.03,
    };
  };
  write(join(folder, "analysis/statistical_tests/statistical_tests.json"), {
    source: "results/phase2_multiseed_results.json",
    alpha: 0.05,
    baseline: second,
    comparisons: [{
      method1: first,
      method2: second,
      seeds: SEEDS,
      paired: true,
      metrics: { auroc_macro: metric("auroc_macro"), f1_macro: metric("f1_macro") },
      delong: {
        records: RECORDS,
        classes: {
          MI: {
            auroc1: 0.91,
            auroc2: 0.84,
            difference: 0.07,
            low: 0.01,
            high: 0.13,
            z: 2.2,
            p_value: 0.028,
            p_holm: 0.084,
          },
        },
      },
      bootstrap_records: { auroc_macro: { difference: 0.06, low: 0.01, high: 0.1 } },
    }],
  });
  return individual;
}
