/** The comparison with others as tables. */

import { plural } from "../../text/format.ts";
import { renderRows, renderSettings } from "../../text/table.ts";
import type { Machine } from "../machine.ts";
import { figure, renderTargets, SPEED_COLUMNS } from "../render.ts";
import { judge, type Target } from "../targets.ts";
import type { PeerFigures, PeerOptions, PeerReport } from "./run_peers.ts";

/** First entry of a stored comparison. */
const FORMAT = "ssrl-ecg bench-peers 1";

/** Relative difference of the first loss up to which two contenders computed the same thing. */
export const LOSS_TOLERANCE = 1e-3;

/** What a comparison stores. */
export function peersReport(
  machine: Machine,
  settings: Pick<PeerOptions, "batch" | "rounds" | "seconds">,
  { figures, skipped }: PeerReport,
) {
  const targets = judgePeers(machine, figures);
  const date = new Date().toISOString();
  return { format: FORMAT, date, machine, settings, figures, skipped, targets };
}

/** How many times as fast as each of the others this project should be. */
function judgePeers({ adapter }: Machine, figures: readonly PeerFigures[]): Target[] {
  const wanted: Record<string, number> = { "jax-js": 5, "TensorFlow.js": 15 };
  // Eager PyTorch in float32 on the same NVIDIA GPU; on a processor it uses a vector library instead
  // of a graphics driver.
  if (/nvidia/i.test(adapter.name)) wanted["PyTorch"] = 0.8;
  return Object.entries(wanted).flatMap(([name, times]) => {
    const ratio = figures.find((each) => each.name === name)?.ratio?.median;
    return judge(`Times as fast as ${name}`, "times", ratio, "at least", times);
  });
}

/** The whole report. */
export function renderPeers(report: ReturnType<typeof peersReport>): string {
  const { machine, settings: { batch, rounds, seconds }, figures, skipped, targets } = report;
  const parts = [
    renderSettings([
      ["Adapter", machine.adapter.name],
      ["Processor", `${machine.processor}, ${machine.threads} threads`],
      [
        "Step",
        `SimCLR, batch ${batch} (${2 * batch} rows of 12 x 1000), float32, no augmentation; ` +
        `${plural(rounds, "round")} of ${seconds} s each`,
      ],
      ...figures.map(({ name, about }) => [name, about] as const),
    ], 100),
    renderRows(figures, [
      ["", ({ name }) => name],
      ...SPEED_COLUMNS,
      ["ours by theirs", ({ ratio }) => ratio ? figure(ratio.median) : "-"],
      ["first loss", ({ losses }) => losses[0].toFixed(4)],
      ["last loss", ({ losses }) => losses[losses.length - 1].toFixed(4)],
    ]),
  ];
  for (const { name, losses, firstLossDifference } of figures) {
    if (firstLossDifference <= LOSS_TOLERANCE) continue;
    parts.push(
      `Caution: the first loss of ${name} is ${losses[0]}, not this project's ` +
        `${figures[0].losses[0]}, so the two do not compute the same`,
    );
  }
  for (const { name, reason } of skipped) parts.push(`${name} was left out: ${reason}`);
  if (targets.length > 0) parts.push(renderTargets(targets));
  return parts.join("\n\n");
}
