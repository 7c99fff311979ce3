/**
 * Another data set: `transfer-mitbih`.
 *
 * @module
 */

import { intervalChart } from "../../../plots/interval_chart.ts";
import { formatCount, formatPath } from "../../../text/format.ts";
import { difference, differenceRange, range, score } from "../cells.ts";
import { type Block, chart, missing, type Section, table, text } from "../document.ts";
import { pieceName, type ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";

const METRICS = [
  ["auroc", "AUROC"],
  ["auprc", "AUPRC"],
  ["f1", "F1"],
  ["sensitivity", "sensitivity"],
  ["specificity", "specificity"],
] as const;

/** Makes the section. */
export function transferSection({ folder }: ReportInput): Section {
  const files = filesOf(folder, "transfer-mitbih");
  return {
    id: "transfer",
    title: "Transfer",
    blocks: [
      text(
        "The encoder on ten-second windows of the MIT-BIH Arrhythmia Database, trained on the " +
          "records of DS1 and tested on those of DS2, against the same training from random " +
          "weights. Intervals are bootstrap intervals over records, not windows.",
      ),
      ...(files.length > 0
        ? files.flatMap(describe)
        : [missing("transfer-mitbih", "Transfer to MIT-BIH", ["transfer"])]),
    ],
  };
}

function describe({ path, content }: FileOf<"transfer-mitbih">, index: number): Block[] {
  const { checkpoint, freeze_encoder, seed = NaN, parts, transfer, baseline } = content;
  const about = `${formatPath(checkpoint)}, ${freeze_encoder ? "frozen" : "fine-tuned"}; DS2` +
    (parts ? `, n = ${formatCount(parts.test.windows)} windows` : "") + `, seed ${seed}`;
  const rows = METRICS.flatMap(([metric, name]) => {
    const { estimate = NaN, low, high } = content.difference?.[metric] ?? {};
    return Number.isFinite(estimate) ? [{ name, value: estimate, low, high }] : [];
  });
  const none = { estimate: NaN, low: NaN, high: NaN };
  return [
    ...(rows.length === 0 ? [] : [chart(pieceName("transfer", index), {
      title: "Transfer against random weights",
      caption: `${about}; lines: 95 % bootstrap intervals over records`,
      valueTitle: "Difference (above 0: pretraining helps)",
      rows,
    }, intervalChart)]),
    table({
      caption: `${about}; 95 % bootstrap intervals over records, differences paired. ` +
        `Source: ${path}`,
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
        const measured = transfer.intervals_95[metric];
        const random = baseline?.intervals_95[metric] ?? none;
        const change = content.difference?.[metric] ?? none;
        return [
          name,
          score(measured.estimate),
          range(measured),
          score(random.estimate),
          range(random),
          difference(change.estimate),
          differenceRange(change),
        ];
      }),
    }),
  ];
}
