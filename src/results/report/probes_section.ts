/**
 * What encoders know before anything is fine-tuned: `linear-probe` and `knn-probe`.
 *
 * @module
 */

import { formatPath } from "../../text/format.ts";
import { barChart } from "../../plots/bar_chart.ts";
import { type Block, chartPicture, type Section } from "./document.ts";
import { count, difference, range, score } from "./cells.ts";
import type { Material } from "./configurations.ts";
import { field, listAt, numberAt, textAt } from "./json_fields.ts";
import type { ResultFile } from "./results_folder.ts";

/** Makes the section. */
export function probesSection({ folder: { files } }: Material): Section {
  const blocks: Block[] = [{
    kind: "text",
    text: "A simple classifier on the features of a frozen encoder. The gain is over the mean of " +
      "encoders with random weights of the same shape, paired by record: what pretraining added.",
  }];
  const probes = files.filter(({ kind }) => kind === "linear-probe" || kind === "knn-probe");
  if (probes.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Probes of frozen encoders",
      command: "deno task linear-probe --checkpoint checkpoints/ssl_simclr.pt " +
        "--json results/linear_probe.json",
      pictures: ["probes"],
    });
    return { id: "probes", title: "Probes", blocks };
  }
  const bars = probes.flatMap((file) => {
    const value = auroc(file).estimate;
    if (!Number.isFinite(value)) return [];
    const { low, high } = auroc(file);
    const random = listAt(file.content, "random").map((each) =>
      numberAt(each, "metrics", "auroc_macro")
    ).filter(Number.isFinite);
    const mean = random.reduce((sum, each) => sum + each, 0) / random.length;
    return [
      { name: nameOf(file), value, low, high, group: "checkpoint" },
      ...(random.length > 0
        ? [{ name: `${kindOf(file)}, random weights`, value: mean, group: "random weights" }]
        : []),
    ];
  });
  if (bars.length > 0) {
    const title = "Probes of frozen encoders";
    const caption =
      `Test fold, n = ${count(numberAt(probes[0].content, "records")).text} records; ` +
      "lines: 95 % bootstrap intervals over records";
    blocks.push({
      kind: "picture",
      picture: chartPicture("probes", {
        title,
        caption,
        valueTitle: "Macro AUROC (0.5 = chance)",
        base: 0.5,
        bars,
      }, barChart),
    });
  }
  blocks.push({
    kind: "table",
    table: {
      caption: "Macro AUROC with 95 % bootstrap intervals over records. Source: " +
        probes.map(({ path }) => path).join(", "),
      columns: [
        "checkpoint",
        "probe",
        "fold",
        "records",
        "labelled",
        "AUROC",
        "95 % interval",
        "gain over random",
        "95 % interval",
        "F1",
      ],
      rows: probes.map((file) => {
        const { content } = file;
        const gain = field(content, "gain", "auroc_macro");
        const { low, high } = auroc(file);
        return [
          nameOf(file),
          kindOf(file),
          textAt(content, "fold") === "each" ? "each in turn" : count(numberAt(content, "fold")),
          count(numberAt(content, "records")),
          count(numberAt(content, "labelled")),
          score(auroc(file).estimate),
          range(low, high),
          difference(numberAt(gain, "estimate")),
          range(numberAt(gain, "low"), numberAt(gain, "high"), true),
          score(numberAt(content, "trained", "metrics", "f1_macro")),
        ];
      }),
    },
  });
  return { id: "probes", title: "Probes", blocks };
}

function nameOf({ content, path }: ResultFile): string {
  return formatPath(textAt(content, "checkpoint") ?? path);
}

function kindOf({ kind }: ResultFile): string {
  return kind === "knn-probe" ? "nearest neighbors" : "linear";
}

function auroc({ content }: ResultFile) {
  const interval = field(content, "trained", "intervals_95", "auroc_macro");
  return {
    estimate: numberAt(content, "trained", "metrics", "auroc_macro"),
    low: numberAt(interval, "low"),
    high: numberAt(interval, "high"),
  };
}
