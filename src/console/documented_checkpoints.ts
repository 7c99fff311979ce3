/** The checkpoint files that the documented commands write, and the commands. */

const COMMANDS: Readonly<Record<string, string>> = {
  "checkpoints/supervised_bce_baseline.pt":
    "train-supervised --loss bce --balance-strategy standard " +
    "--out checkpoints/supervised_bce_baseline.pt",
  "checkpoints/supervised.pt": "train-supervised",
  "checkpoints/ssl_simclr.pt": "train-simclr",
  "checkpoints/ssl_byol.pt": "train-byol",
  "checkpoints/resnet1d.pt": "train-resnet1d",
};

/** The two losses that the reference compares: plain BCE, and focal loss with oversampling. */
export const LOSS_CHECKPOINTS: readonly string[] = [
  "checkpoints/supervised_bce_baseline.pt",
  "checkpoints/supervised.pt",
];

/** All methods that the reference compares or announces to compare. */
export const BASELINE_CHECKPOINTS: readonly string[] = Object.keys(COMMANDS);

/** What follows `deno task` in the command that makes a documented file; undefined for others. */
export function commandThatMakes(path: string): string | undefined {
  return Object.hasOwn(COMMANDS, path) ? COMMANDS[path] : undefined;
}
