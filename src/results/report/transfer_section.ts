/**
 * Another data set: `transfer-mitbih`.
 *
 * @module
 */

import { formatPath } from "../../text/format.ts";
import { type Block, chartPicture, type Section } from "./document.ts";
import { intervalChart, type IntervalRow } from "../../plots/interval_chart.ts";
import { count, difference, range, score } from "./cells.ts";
import { type Material, pieceName } from "./configurations.ts";
import { field, numberAt, textAt } from "./json_fields.ts";
import type { ResultFile } from "./results_folder.ts";
import { sectionOfFiles } from "./section_of_files.ts";

const METRICS = [
  ["auroc", "AUROC"],
  ["auprc", "AUPRC"],
  ["f1", "F1"],
  ["sensitivity", "sensitivity"],
  ["specificity", "specificity"],
] as const;

/** Makes the section. */
export function transferSection(material: Material): Section {
  return sectionOfFiles(material, {
    id: "transfer",
    title: "Transfer",
    kind: "transfer-mitbih",
    text: "The encoder on ten-second windows of the MIT-BIH Arrhythmia Database, trained on the " +
      "records of DS1 and tested on those of DS2, against the same training from random weights. " +
      "Intervals are bootstrap intervals over records, not windows.",
    missing: {
      what: "Transfer to MIT-BIH",
      command: "deno task transfer-mitbih --checkpoint checkpoints/ssl_simclr.pt",
      pictures: ["transfer"],
    },
  }, describe);
}

function describe({ path, content }: ResultFile, index: number): Block[] {
  const windows = numberAt(content, "parts", "test", "windows");
  const about = `${formatPath(textAt(content, "checkpoint") ?? path)}, ` +
    `${field(content, "freeze_encoder") === true ? "frozen" : "fine-tuned"}; DS2` +
    (Number.isFinite(windows) ? `, n = ${count(windows).text} windows` : "") +
    `, seed ${count(numberAt(content, "seed")).text}`;
  const rows = METRICS.flatMap(([metric, name]): IntervalRow[] => {
    const value = field(content, "difference", metric);
    const estimate = numberAt(value, "estimate");
    if (!Number.isFinite(estimate)) return [];
    return [{ name, value: estimate, low: numberAt(value, "low"), high: numberAt(value, "high") }];
  });
  const title = "Transfer against random weights";
  const caption = `${about}; lines: 95 % bootstrap intervals over records`;
  return [
    ...(rows.length === 0 ? [] : [{
      kind: "picture" as const,
      picture: chartPicture(
        pieceName("transfer", index),
        { title, caption, valueTitle: "Difference (above 0: pretraining helps)", rows },
        intervalChart,
      ),
    }]),
    {
      kind: "table",
      table: {
        caption:
          `${about}; 95 % bootstrap intervals over records, differences paired. Source: ${path}`,
        columns: [
          "metric",
          "transfer",
          "95 % interval",
          "random weights",
          "95 % interval",
          "difference",
          "95 % interval",
        ],
        rows: METRICS.map(([metric, name]) => {
          const run = (of: string) => field(content, of, "intervals_95", metric);
          const [transfer, baseline] = [run("transfer"), run("baseline")];
          const change = field(content, "difference", metric);
          return [
            name,
            score(numberAt(transfer, "estimate")),
            range(numberAt(transfer, "low"), numberAt(transfer, "high")),
            score(numberAt(baseline, "estimate")),
            range(numberAt(baseline, "low"), numberAt(baseline, "high")),
            difference(numberAt(change, "estimate")),
            range(numberAt(change, "low"), numberAt(change, "high"), true),
          ];
        }),
      },
    },
  ];
}
