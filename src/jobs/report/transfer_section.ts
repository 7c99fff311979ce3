/**
 * Another data set: `transfer-mitbih`.
 *
 * @module
 */

import { formatPath } from "../../cli/format.ts";
import type { Block, Section } from "../../report/document.ts";
import { intervalChart, type IntervalRow } from "../../report/interval_chart.ts";
import { count, difference, range, score } from "./cells.ts";
import { type Material, pieceName } from "./configurations.ts";
import { field, numberAt, textAt } from "./json_fields.ts";
import type { ResultFile } from "./results_folder.ts";

const METRICS = [
  ["auroc", "AUROC"],
  ["auprc", "AUPRC"],
  ["f1", "F1"],
  ["sensitivity", "sensitivity"],
  ["specificity", "specificity"],
] as const;

/** Makes the section. */
export function transferSection({ folder: { files } }: Material): Section {
  const blocks: Block[] = [{
    kind: "text",
    text: "The encoder on ten-second windows of the MIT-BIH Arrhythmia Database, trained on the " +
      "records of DS1 and tested on those of DS2, against the same training from random weights. " +
      "Intervals are bootstrap intervals over records, not windows.",
  }];
  const found = files.filter(({ kind }) => kind === "transfer-mitbih");
  if (found.length === 0) {
    blocks.push({
      kind: "missing",
      what: "Transfer to MIT-BIH",
      command: "deno task transfer-mitbih --checkpoint checkpoints/ssl_simclr.pt",
      pictures: ["transfer"],
    });
  }
  for (const [index, file] of found.entries()) blocks.push(...describe(file, index));
  return { id: "transfer", title: "Transfer", blocks };
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
      picture: {
        name: pieceName("transfer", index),
        title,
        caption,
        draw: (theme?: "light" | "dark") =>
          intervalChart({
            title,
            caption,
            valueTitle: "Difference (above 0: pretraining helps)",
            rows,
            ...(theme && { theme }),
          }),
      },
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
