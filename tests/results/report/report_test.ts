import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commandFor } from "../../../src/console/result_commands.ts";
import { buildReport } from "../../../src/results/report/report.ts";
import { readResultsFolder } from "../../../src/results/report/results_folder.ts";
import type { ReportDocument } from "../../../src/results/report/document.ts";
import {
  CLASSES,
  CONFIGURATIONS,
  SEEDS,
  writeClassifierRun,
  writeExampleResults,
} from "./example_results.ts";

// deno-lint-ignore no-explicit-any -- fields of JSON files with many
type Json = any;

const STATISTICS = "analysis/statistical_tests/statistical_tests.json";

let example: { report: ReturnType<typeof buildReport>; files: Map<string, string> } | undefined;

/** A report on the example and the text of its files, made once. */
function withExample(
  body: (
    report: ReturnType<typeof buildReport>,
    json: (name: string) => Json,
    text: (name: string) => string,
  ) => void,
) {
  example ??= makeExample();
  const text = (name: string) => example!.files.get(name)!;
  body(example.report, (name) => JSON.parse(text(name)), text);
}

function makeExample() {
  const folder = Deno.makeTempDirSync({ prefix: "report_" });
  try {
    writeExampleResults(folder);
    const found = readResultsFolder(`${folder}/results`, `${folder}/${STATISTICS}`);
    const paths = [
      STATISTICS,
      "results/phase2_multiseed_results.json",
      "results/label_scarcity/label_scarcity_benchmark.json",
      "results/ablation/ablation.json",
      ...SEEDS.map((seed) => predictionsFile(CONFIGURATIONS[0], seed)),
    ];
    return {
      report: buildReport(found, {
        now: new Date("2026-02-03"),
        commandFor: commandFor("ssrl-ecg"),
      }),
      files: new Map(paths.map((path) => [path, Deno.readTextFileSync(`${folder}/${path}`)])),
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function predictionsFile(configuration: string, seed: number): string {
  return `results/multiseed/${configuration}_seed0${seed}/test_predictions.csv`;
}

/** Texts of the tables of a section, without their titles. */
function tables({ sections }: ReportDocument, id: string): string[][][] {
  const { blocks } = sections.find((section) => section.id === id)!;
  return blocks.flatMap((block) =>
    block.kind === "table"
      ? [
        block.table.rows.map((row) =>
          row.map((cell) => typeof cell === "string" ? cell : cell.text)
        ),
      ]
      : []
  );
}

// The formulas once more, so that the tables are checked and not compared with themselves.
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const sd = (values: number[]) =>
  Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
const meanSd = (values: number[], decimals = 4) =>
  `${mean(values).toFixed(decimals)} ± ${sd(values).toFixed(decimals)}`;
/** 97.5 % quantile of Student's t with two degrees of freedom (tables). */
const T2 = 4.302652729749464;
const interval = (values: number[]) => {
  const half = T2 * sd(values) / Math.sqrt(3);
  return `${(mean(values) - half).toFixed(4)} to ${(mean(values) + half).toFixed(4)}`;
};
const signed = (value: number, decimals = 4) => `${value > 0 ? "+" : ""}${value.toFixed(decimals)}`;

Deno.test("report: performance on both folds is that of the file, failures are listed", () =>
  withExample(({ document }, json) => {
    const { individual_results } = json("results/phase2_multiseed_results.json");
    const [test, validation, failures] = tables(document, "performance");
    for (const [fold, table] of [["test", test], ["validation", validation]] as const) {
      assertEquals(
        table,
        CONFIGURATIONS.map((name) => {
          const of = (metric: string) =>
            individual_results[name].map((result: Json) => result[fold][metric]) as number[];
          return [
            name,
            "3",
            meanSd(of("auroc_macro")),
            interval(of("auroc_macro")),
            meanSd(of("f1_macro")),
            interval(of("f1_macro")),
            meanSd(of("sensitivity_micro")),
            meanSd(of("specificity_micro")),
          ];
        }),
      );
    }
    assertEquals(failures, [[CONFIGURATIONS[0], "72", "out of <memory>"]]);
  }));

Deno.test("report: the rise of the validation loss compares it with itself alone", () =>
  withExample(({ document }) => {
    const [epochs] = tables(document, "learning");
    // The losses of `example_results.ts`: lowest in the fifth of six epochs.
    const rise = (seed: number) => 0.68 / 6 ** 0.3 + 0.1 + seed / 1000 - 0.68 / 5 ** 0.3;
    assertEquals(
      epochs,
      CONFIGURATIONS.map((name) => [name, "3", "6.0 ± 0.0", "6.0 ± 0.0", meanSd(SEEDS.map(rise))]),
    );
  }));

Deno.test("report: classes are those of the file", () =>
  withExample(({ document }, json) => {
    const { individual_results } = json("results/phase2_multiseed_results.json");
    const [table] = tables(document, "classes");
    assertEquals(
      table,
      CLASSES.flatMap((name) =>
        CONFIGURATIONS.map((configuration) => {
          const of = (metric: string) =>
            individual_results[configuration].map((r: Json) => r.per_class[name][metric]);
          return [
            name,
            configuration,
            String(of("support")[0]),
            meanSd(of("auroc")),
            interval(of("auroc")),
            meanSd(of("auprc")),
            meanSd(of("f1")),
          ];
        })
      ),
    );
  }));

Deno.test("report: significance is that of statistical_tests.json", () =>
  withExample(({ document }, json) => {
    const [comparison] = json(STATISTICS).comparisons;
    const { blocks } = document.sections.find(({ id }) => id === "significance")!;
    const headings = blocks.flatMap((block) => block.kind === "heading" ? [block.text] : []);
    assertEquals(headings, [`${CONFIGURATIONS[1]} against ${CONFIGURATIONS[0]}`]);
    // The decision in words names the test.
    const sentences = blocks.flatMap((block) => block.kind === "list" ? block.items : []);
    assert(
      sentences.some((text) =>
        /^f1_macro: higher by .* \(p = 0\.0246\), Paired t-test$/.test(text)
      ),
    );
    const [tests, others, delong, bootstrap] = tables(document, "significance");
    const auroc = comparison.metrics.auroc_macro;
    assertEquals(tests[0], [
      "auroc_macro",
      `${auroc.method1.mean.toFixed(4)} ± ${auroc.method1.std.toFixed(4)}`,
      `${auroc.method2.mean.toFixed(4)} ± ${auroc.method2.std.toFixed(4)}`,
      signed(auroc.improvement),
      auroc.interval_95.map((end: number) => signed(end)).join(" to "),
      signed(auroc.improvement_pct, 2),
      "0.0123",
      "0.0246",
      "*",
    ]);
    // Paired t, Wilcoxon, Welch, permutation; nothing was computed by Mann and Whitney's test.
    assertEquals(others[1], [
      "f1_macro",
      "0.0123",
      "0.2500",
      "< 0.0001",
      "0.2500",
      "2.50",
      "+0.0100 to +0.1000",
      "0.0300",
    ]);
    assertEquals(delong, [[
      "MI",
      "0.9100",
      "0.8400",
      "+0.0700",
      "+0.0100 to +0.1300",
      "2.20",
      "0.0280",
      "0.0840",
      "ns",
    ]]);
    assertEquals(bootstrap, [["auroc_macro", "+0.0600", "+0.0100 to +0.1000"]]);
  }));

Deno.test("report: calibration errors come from the predictions", () =>
  withExample(({ document }, _, text) => {
    const [table] = tables(document, "calibration");
    // One class of one configuration from the CSV files, by the definition.
    const errors = SEEDS.map((seed) => {
      const rows = text(predictionsFile(CONFIGURATIONS[0], seed)).trim().split(/\r?\n/).slice(1)
        .map((line) => line.split(",").map(Number));
      return Array.from({ length: 10 }, (_, b) => {
        const own = rows.filter((row) => Math.floor(10 * row[3]) === b);
        const gap = mean(own.map((row) => row[6])) - mean(own.map((row) => row[3]));
        return own.length === 0 ? 0 : Math.abs(gap) * own.length / rows.length;
      }).reduce((sum, value) => sum + value, 0);
    });
    const columns = ["configuration", "runs", "mean", ...CLASSES, "Brier"];
    assertEquals(table[0][columns.indexOf("MI")], meanSd(errors));
    assertEquals(table[0].length, columns.length);
  }));

Deno.test("report: label efficiency, robustness, ablation, probes and transfer are those of the files", () =>
  withExample(({ document }, json) => {
    const scarcity = json("results/label_scarcity/label_scarcity_benchmark.json").label_scarcity;
    const [labels] = tables(document, "label-efficiency");
    assertEquals(labels.map(([share]) => share), ["1 %", "1 %", "10 %", "10 %", "100 %", "100 %"]);
    // A run without a defined AUROC is left out and counted so.
    assertEquals(labels[0].slice(0, 4), ["1 %", "supervised", "2", meanSd([0.6, 0.58])]);
    const tuned = scarcity["0.1"].ssl_finetuned.auroc;
    assertEquals(labels[3].slice(1, 5), ["SSL, fine-tuned", "3", meanSd(tuned), interval(tuned)]);

    const [robustness] = tables(document, "robustness");
    assertEquals(robustness.length, 10);
    assertEquals(robustness[2], [
      "checkpoints/finetuned.pt",
      "noise 0.2 mV",
      "0.8000",
      "0.7700 to 0.8300",
      "0.6000",
      "-0.1000",
      "-0.1200 to -0.0800",
    ]);

    const ablation = json("results/ablation/ablation.json");
    const probes = ablation.runs.filter((run: Json) => run.config === "no-mixup")
      .map((run: Json) => run.probe_auroc);
    const [rows] = tables(document, "ablation");
    assertEquals(rows[0].slice(0, 5), ["full", "3", meanSd([0.8, 0.81, 0.82]), "", ""]);
    const { mean: change, interval_95: ends } = ablation.deltas["no-mixup"].probe_auroc;
    assertEquals(rows[1].slice(0, 5), [
      "no-mixup",
      "3",
      meanSd(probes),
      signed(change),
      ends.map((end: number) => signed(end)).join(" to "),
    ]);

    assertEquals(tables(document, "probes")[0][0].slice(5), [
      "0.8200",
      "0.7900 to 0.8500",
      "+0.0700",
      "+0.0300 to +0.1100",
      "0.6200",
    ]);
    assertEquals(tables(document, "transfer")[0][4], [
      "specificity",
      "0.7800",
      "0.7300 to 0.8300",
      "0.6800",
      "0.6300 to 0.7300",
      "-0.0200",
      "-0.0700 to +0.0300",
    ]);
  }));

Deno.test("report: cost, settings and commands are those of the runs", () =>
  withExample(({ document }) => {
    const [cost] = tables(document, "cost");
    assertEquals(cost[0], [
      CONFIGURATIONS[0],
      "3",
      "6 ± 0",
      "12 s",
      "2.0 ± 0.0",
      meanSd(SEEDS.map((seed) => 100 + seed), 0),
      "36 s",
      "a processor",
    ]);
    assertEquals(cost.map(([name]) => name), [...CONFIGURATIONS, "pretrain_simclr"]);
    const [experiment, settings, runs] = tables(document, "settings");
    assertEquals(experiment[1].slice(0, 2), [CONFIGURATIONS[1], "simclr"]);
    assertEquals(settings.find(([name]) => name === "adam.weightDecay")!.slice(1, 3), ["0", "0"]);
    assertEquals(runs.length, 8);
    assert(!settings.some(([name]) => name === "seed"), "seeds have a table of their own");
    const { blocks } = document.sections.find(({ id }) => id === "reproduction")!;
    const commands = blocks.flatMap((block) => block.kind === "commands" ? block.commands : []);
    assert(commands.includes("deno task train-multiseed --method supervised,simclr"));
    assert(commands.includes("deno task label-scarcity --seeds 42,52,62"));
    // What has no command line is named rather than left out.
    assert(tables(document, "reproduction")[0].some(([path]) => path.endsWith("ablation.json")));
  }));

Deno.test("report: nothing has no numbers, and says what would make them", () => {
  const { document, pictures, missing } = buildReport(
    readResultsFolder("no-such-folder", "none"),
    { commandFor: commandFor("ssrl-ecg") },
  );
  assertEquals(pictures, []);
  for (const { id, blocks } of document.sections) {
    assert(blocks.every(({ kind }) => kind === "text" || kind === "missing"), id);
    assert(blocks.some(({ kind }) => kind === "missing"), id);
  }
  for (const { command } of missing) assertStringIncludes(command!, "ssrl-ecg ");
  const names = missing.flatMap((each) => each.pictures ?? []);
  for (const name of ["roc_curve", "label_efficiency", "robustness_comparison"]) {
    assert(names.includes(name), name);
  }
});

Deno.test("report: runs without an experiment stand for themselves, those of a sweep do not", () => {
  const folder = Deno.makeTempDirSync({ prefix: "report_" });
  try {
    writeClassifierRun(`${folder}/train-supervised-a`, { seed: 1, skill: 1, commandLine: null });
    writeClassifierRun(`${folder}/scarcity/supervised_0.1_seed1`, { seed: 1, skill: 1 });
    Deno.writeTextFileSync(`${folder}/scarcity/a.json`, '{"label_scarcity": {}, "seeds": []}');
    const { document, pictures, missing } = buildReport(readResultsFolder(folder, "none"));
    const [test] = tables(document, "performance");
    assertEquals(test.map(([name, seeds]) => [name, seeds]), [["train-supervised-a", "1"]]);
    assert(/^0\.\d{4}$/.test(test[0][2]), "one run has no SD");
    const [low, high] = test[0][3].split(" to ").map(Number);
    assert(low < Number(test[0][2]) && Number(test[0][2]) < high, "a bootstrap interval");
    const roc = pictures.find(({ name }) => name === "roc_curve")!;
    assertStringIncludes(roc.caption, "bootstrap interval over patients");
    assert(missing.some(({ what }) => what.startsWith("Several seeds")));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("report: files of the right kind with the wrong content are listed with the reason", () => {
  const folder = Deno.makeTempDirSync({ prefix: "report_" });
  try {
    const files = [
      { individual_results: { a: [{ seed: "x" }], b: 3, c: [] }, statistics: 1, seeds: 2 },
      { label_scarcity: { x: { supervised: null }, "0.1": { supervised: { auroc: "y" } } } },
      { reference: 1, deltas: { a: null }, runs: [null, 3, {}] },
      { checkpoint: 5, metrics: {}, per_class: {}, noise_std: 0, sweep: [null] },
      { checkpoint: "a", fold: 10, records: 3, probe: 1, trained: 2, random: [3], gain: null },
      { checkpoint: "a", transfer_eval: {}, transfer: null },
    ];
    for (const [i, file] of files.entries()) {
      Deno.writeTextFileSync(`${folder}/${i}.json`, JSON.stringify(file));
    }
    Deno.writeTextFileSync(`${folder}/s.json`, '{"comparisons": [{"metrics": {"x": 3}}, 4]}');
    const found = readResultsFolder(folder, `${folder}/s.json`);
    assertEquals(found.files, []);
    const reasons = found.damaged.map(({ reason }) => reason.slice(`Cannot use ${folder}/`.length));
    assertEquals(reasons, [
      '0.json: individual_results.a[0].seed is "x": need a number',
      "1.json: label_scarcity.x.supervised is null: need an object",
      "2.json: reference is 1: need a text",
      "3.json: checkpoint is 5: need a text",
      "4.json: probe is 1: need an object",
      "5.json: transfer_eval.auroc is missing",
      "s.json: source is missing",
    ]);
    const { document } = buildReport(found);
    const text = JSON.stringify(document);
    assert(!/NaN|undefined|Infinity/.test(text), text.match(/.{60}(NaN|undefined|Infinity)/)?.[0]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
