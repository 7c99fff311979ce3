/**
 * A run's settings as PyTorch Lightning and TensorBoard have them: one flat table.
 *
 * @module
 */

import { stringify } from "@std/yaml";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import type { SettingValue } from "./tensorboard/event.ts";

/** Name of the file in the run folder. */
export const HPARAMS_FILE = "hparams.yaml";

/** A value that is not an object. */
export type FlatValue = null | boolean | number | string | readonly JsonValue[];

/**
 * Settings without objects in them: what stood in `adam` as `weightDecay` is `adam/weightDecay`, as
 * Lightning writes it.
 */
export function flattenSettings(
  settings: Readonly<Record<string, JsonValue>>,
): Record<string, FlatValue> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      isObject(value)
        ? Object.entries(flattenSettings(value)).map(([inner, each]) => [`${name}/${inner}`, each])
        : [[name, value]]
    ),
  );
}

function isObject(value: JsonValue): value is Exclude<JsonValue, FlatValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

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
