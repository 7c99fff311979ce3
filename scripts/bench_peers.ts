import { PEERS } from "../src/bench/peers/run_peers.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import {
  choiceFlag,
  integerFlag,
  numberFlag,
  pathFlag,
  stringFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runBenchPeers } from "../src/commands/bench_peers.ts";

/** `deno task bench-peers`: the same training step here and elsewhere. */
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
    "adapter": stringFlag({ description: "Use an adapter whose name contains this text" }),
  },
  examples: [
    { args: "", about: "All, three rounds" },
    { args: "--only jax-js --rounds 1", about: "One, quickly" },
  ],
  run: runBenchPeers,
});

if (import.meta.main) await runCommand(command);
