import type { Command, FlagTable } from "../src/console/flags/command.ts";
import { nearest } from "../src/text/nearest.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { VERSION } from "../src/version.ts";

/** All commands of the single binary; each is loaded when it is asked for. */
export const commands: Readonly<Record<string, () => Promise<{ command: unknown }>>> = {
  "train-simclr": () => import("./train_simclr.ts"),
  "train-byol": () => import("./train_byol.ts"),
  "train-masked": () => import("./train_masked.ts"),
  "train-contrastive": () => import("./train_contrastive.ts"),
  "finetune": () => import("./finetune.ts"),
  "train-supervised": () => import("./train_supervised.ts"),
  "train-resnet1d": () => import("./train_resnet1d.ts"),
  "train-improved-cnn": () => import("./train_improved_cnn.ts"),
  "train-traditional-ml": () => import("./train_traditional_ml.ts"),
  "evaluate": () => import("./evaluate.ts"),
  "linear-probe": () => import("./linear_probe.ts"),
  "knn-probe": () => import("./knn_probe.ts"),
  "embed": () => import("./embed.ts"),
  "label-scarcity": () => import("./label_scarcity.ts"),
  "train-multiseed": () => import("./train_multiseed.ts"),
  "ablation": () => import("./ablation.ts"),
  "statistical-tests": () => import("./statistical_tests.ts"),
  "retrain-with-enhanced-augmentations": () => import("./retrain_with_enhanced_augmentations.ts"),
  "analyze-retraining-strategy": () => import("./analyze_retraining_strategy.ts"),
  "reproduce": () => import("./reproduce.ts"),
  "transfer-mitbih": () => import("./transfer_mitbih.ts"),
  "evaluate-all": () => import("./evaluate_all.ts"),
  "compare-baselines": () => import("./compare_baselines.ts"),
  "compare-losses": () => import("./compare_losses.ts"),
  "quick-compare": () => import("./quick_compare.ts"),
  "per-class-analysis": () => import("./per_class_analysis.ts"),
  "generate-publication-report": () => import("./generate_publication_report.ts"),
  "generate-visualizations": () => import("./generate_visualizations.ts"),
  "predict": () => import("./predict.ts"),
  "runs": () => import("./runs.ts"),
  "fetch-ptbxl": () => import("./fetch_ptbxl.ts"),
  "fetch-mitbih": () => import("./fetch_mitbih.ts"),
  "synthesize": () => import("./synthesize.ts"),
  "analyze-datasets": () => import("./analyze_datasets.ts"),
  "augmentations": () => import("./augmentations.ts"),
  "bench": () => import("./bench.ts"),
  "bench-peers": () => import("./bench_peers.ts"),
};

async function load(name: string): Promise<Command<FlagTable>> {
  return (await commands[name]()).command as Command<FlagTable>;
}

/** `ssrl-ecg NAME [flags]`: every command in one program. */
async function main(): Promise<void> {
  const [name, ...args] = Deno.args;
  if (name === "--version") return console.log(`ssrl-ecg ${VERSION}`);
  if (name === undefined || name === "--help" || name === "-h") {
    console.log("Usage: ssrl-ecg COMMAND [flags]\n");
    const width = Math.max(...Object.keys(commands).map((each) => each.length));
    for (const each of Object.keys(commands)) {
      console.log(`  ${each.padEnd(width)}  ${(await load(each)).summary}`);
    }
    return console.log("\nFlags of a command: ssrl-ecg COMMAND --help");
  }
  if (!Object.hasOwn(commands, name)) {
    const near = nearest(name, Object.keys(commands));
    console.error(`error: Unknown command ${name}. ${near ? `Is ${near} meant?` : "Try --help"}`);
    Deno.exit(2);
  }
  if (!Deno.env.get("SSRL_ECG_PROGRAM")) Deno.env.set("SSRL_ECG_PROGRAM", "ssrl-ecg");
  await runCommand(await load(name), args);
}

if (import.meta.main) await main();
