import { roundedJson } from "../src/bench/figures.ts";
import { adapterSlug, describeMachine } from "../src/bench/machine.ts";
import { peersReport, renderPeers } from "../src/bench/peers/report.ts";
import { PEERS, runPeers } from "../src/bench/peers/run_peers.ts";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { choiceFlag, integerFlag, numberFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags } from "../src/console/flags/training_flags.ts";
import { UserError } from "../src/errors.ts";
import { chooseDevice } from "../src/gpu/device.ts";

export const command = defineCommand({
  name: "bench-peers",
  summary: "Time the same training step in this project and in others",
  description: [
    "One SimCLR step without augmentation (encoder, mean over time, projection head, NT-Xent, " +
    "Adam) from the same weights on the same batch, in float32: this project, @jax-js/jax and " +
    "TensorFlow.js on WebGPU, and PyTorch where a python3 has it (CUDA, else the processor).",
    "Each runs in a process of its own, in rounds; the ratio is taken round by round. The packages " +
    "of the others are downloaded on first use.",
  ],
  flags: {
    "batch-size": integerFlag({
      minimum: 2,
      description: "Records of a step",
      defaultText: "64; 8 on a software adapter, where some take minutes",
    }),
    "rounds": integerFlag({ default: 3, minimum: 1, description: "Rounds" }),
    "seconds": numberFlag({
      default: 1,
      exclusiveMinimum: 0,
      description: "Seconds of timed steps of each in a round; one step at least",
    }),
    "only": choiceFlag({
      choices: ["all", ...PEERS],
      default: "all",
      description: "Compare with one alone",
    }),
    "out": pathFlag({
      description: "File to write",
      defaultText: "results/bench/peers-ADAPTER.json",
    }),
    "adapter": deviceFlags.adapter,
  },
  examples: [
    { args: "", about: "All, three rounds" },
    { args: "--only jax-js --rounds 1", about: "One, quickly" },
  ],
  async run({ batchSize, rounds, seconds, only, out, adapter }, { signal }) {
    if (Deno.build.standalone) {
      throw new UserError(
        "bench-peers starts the scripts of the source tree: run deno task bench-peers in a clone",
      );
    }
    const lanes = Deno.env.get("LP_NATIVE_VECTOR_WIDTH");
    const gpu = await chooseDevice({ adapter });
    const machine = describeMachine(gpu);
    gpu.destroy();
    // This project's setting for llvmpipe is not the others' (it makes them neither faster nor
    // slower by more than 5 %).
    if (lanes === undefined) Deno.env.delete("LP_NATIVE_VECTOR_WIDTH");
    const settings = { batch: batchSize ?? (machine.adapter.software ? 8 : 64), rounds, seconds };
    const result = await runPeers({
      ...settings,
      contenders: only === "all" ? PEERS : [only],
      adapter,
      signal,
      onLine: (line) => console.error(line),
    });
    const report = peersReport(machine, settings, result);
    console.log(`\n${renderPeers(report)}\n`);
    const file = out ?? `results/bench/peers-${adapterSlug(machine.adapter.name)}.json`;
    await writeFileAtomically(file, roundedJson(report));
    console.log(`Figures: ${file}`);
  },
});

if (import.meta.main) await runCommand(command);
