/**
 * A run's settings as PyTorch Lightning and TensorBoard have them: one flat table.
 *
 * @module
 */

import { stringify } from "@std/yaml";
import type { FlatValue } from "../results/flat_settings.ts";
import type { SettingValue } from "./tensorboard/event.ts";

/** Name of the file in the run folder. */
export const HPARAMS_FILE = "hparams.yaml";

/** Flat settings as YAML, with texts quoted that YAML 1.1 would take for something else. */
export function hparamsYaml(settings: Readonly<Record<string, FlatValue>>): string {
  return stringify(settings, { lineWidth: -1 });
}

/** Flat settings for TensorBoard, which has no lists and no null. */
export function sessionSettings(
  settings: Readonly<Record<string, FlatValue>>,
): Record<string, SettingValue> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === "object" ? JSON.stringify(value) : value]]
    ),
  );
}
