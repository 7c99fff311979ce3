/** Another data set: `transfer-mitbih`. */

import { intervalChart } from "../../../plots/interval_chart.ts";
import { formatCount, formatPath } from "../../../text/format.ts";
import { differenceColumns, estimateColumns } from "../cells.ts";
import { chart, type MaybeBlock, missing, section, table } from "../document.ts";
import { pieceName, type ReportInput } from "../report_input.ts";
import { type FileOf, filesOf } from "../results_folder.ts";
import { TRANSFER_METRICS } from "../../schema/kinds.ts";

/** Makes the section. */
export function transferSection({ folder }: ReportInput) {
  const files = filesOf(folder, "transfer-mitbih");
  return section(
    "transfer",
    "Transfer",
    "The encoder on ten-second windows of the MIT-BIH Arrhythmia Database, trained on the " +
      "records of DS1 and tested on those of DS2, against the same training from random " +
      "weights. Intervals are bootstrap intervals over records, not windows.",
    files.length === 0 && missing("transfer-mitbih", "Transfer to MIT-BIH", ["transfer"]),
    ...files.flatMap(describe),
  );
}

function describe({ path, content }: FileOf<"transfer-mitbih">, index: number): MaybeBlock[] {
  const { checkpoint, freeze_encoder, seed = NaN, parts, transfer, baseline } = content;
  const about = `${formatPath(checkpoint)}, ${freeze_encoder ? "frozen" : "fine-tuned"}; DS2` +
    (parts ? `, n = ${formatCount(parts.test.windows)} windows` : "") + `, seed ${seed}`;
  const measured = TRANSFER_METRICS.map(([metric, name]) => ({
    name,
    transfer: transfer.intervals_95[metric],
    random: baseline?.intervals_95[metric],
    difference: content.difference?.[metric],
  }));
  const rows = measured.flatMap(({ name, difference }) =>
    difference && Number.isFinite(difference.estimate)
      ? [{ name, value: difference.estimate, low: difference.low, high: difference.high }]
      : []
  );
  type Row = typeof measured[number];
  return [
    rows.length > 0 && chart(pieceName("transfer", index), {
      title: "Transfer against random weights",
      caption: `${about}; lines: 95 % bootstrap intervals over records`,
      valueTitle: "Difference (above 0: pretraining helps)",
      rows,
    }, intervalChart),
    table(
      `${about}; 95 % bootstrap intervals over records, differences paired. Source: ${path}`,
      measured,
      [
        ["metric", ({ name }) => name],
        ...estimateColumns("transfer", (row: Row) => row.transfer),
        ...estimateColumns("random weights", (row: Row) => row.random),
        ...differenceColumns("difference", (row: Row) => row.difference),
      ],
    ),
  ];
}
