/** A run's settings as one flat table. */

import type { JsonValue } from "../checkpoint/state_dict.ts";

/** A value that is not an object. */
export type FlatValue = null | boolean | number | string | readonly JsonValue[];

/**
 * Settings without objects in them: `weightDecay` in `adam` becomes `adam/weightDecay`, as PyTorch
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
