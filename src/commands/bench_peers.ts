/**
 * `bench-peers` as a person sees it.
 *
 * @module
 */

import { adapterSlug, describeMachine } from "../bench/machine.ts";
import { BENCH_PEERS_FORMAT, judgePeers, renderPeers } from "../bench/peers/report.ts";
import { type PeerName, PEERS, runPeers } from "../bench/peers/run_peers.ts";
import { roundedJson } from "../bench/rounded_json.ts";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { UserError } from "../errors.ts";
import { chooseDevice } from "../gpu/device.ts";

/** The options of `bench-peers`. */
export interface BenchPeersFlags {
  readonly batchSize: number | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly only: "all" | PeerName;
  readonly out: string | undefined;
  readonly adapter: string | undefined;
}

/** Runs the command. */
export async function runBenchPeers(
  options: BenchPeersFlags,
  context: Pick<CommandContext, "signal">,
): Promise<void> {
  if (Deno.build.standalone) {
    throw new UserError(
      "bench-peers starts the scripts of the source tree: run deno task bench-peers in a clone",
    );
  }
  const lanes = Deno.env.get("LP_NATIVE_VECTOR_WIDTH");
  const gpu = await chooseDevice({ adapter: options.adapter });
  const machine = describeMachine(gpu);
  const { software } = machine.adapter;
  gpu.destroy();
  // This project's setting for llvmpipe is not the others' (it makes them neither faster nor
  // slower by more than 5 %).
  if (lanes === undefined) Deno.env.delete("LP_NATIVE_VECTOR_WIDTH");
  const batch = options.batchSize ?? (software ? 8 : 64);
  const { figures, skipped } = await runPeers({
    batch,
    seconds: options.seconds,
    rounds: options.rounds,
    contenders: options.only === "all" ? PEERS : [options.only],
    ...(options.adapter === undefined ? {} : { adapter: options.adapter }),
    signal: context.signal,
    onLine: (line) => console.error(line),
  });
  const report = {
    format: BENCH_PEERS_FORMAT,
    date: new Date().toISOString(),
    machine,
    settings: { batch, rounds: options.rounds, seconds: options.seconds },
    figures,
    skipped,
    targets: judgePeers(machine, figures),
  } as const;
  console.log(`\n${renderPeers(report)}\n`);
  const out = options.out ?? `results/bench/peers-${adapterSlug(machine.adapter.name)}.json`;
  await writeFileAtomically(out, roundedJson(report));
  console.log(`Figures: ${out}`);
}
