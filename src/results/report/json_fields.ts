/**
 * Fields of JSON that somebody may have edited: what is missing or of another kind reads as absent.
 *
 * @module
 */

import type { JsonValue } from "../../checkpoint/state_dict.ts";
import type { JsonObject } from "../read_run.ts";

type Json = JsonValue | undefined;

/** The value that keys lead to, undefined where the way ends. */
export function field(value: Json, ...keys: readonly (string | number)[]): Json {
  let at = value;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as JsonObject)[key];
  }
  return at;
}

/** A number, NaN where there is none. */
export function numberAt(value: Json, ...keys: readonly (string | number)[]): number {
  const found = field(value, ...keys);
  return typeof found === "number" ? found : NaN;
}

/** A text, undefined where there is none. */
export function textAt(value: Json, ...keys: readonly (string | number)[]): string | undefined {
  const found = field(value, ...keys);
  return typeof found === "string" ? found : undefined;
}

/** A list, empty where there is none. */
export function listAt(value: Json, ...keys: readonly (string | number)[]): readonly JsonValue[] {
  const found = field(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** The numbers of a list. */
export function numbersAt(value: Json, ...keys: readonly (string | number)[]): number[] {
  return listAt(value, ...keys).filter((each) => typeof each === "number");
}

/** Keys and values of an object, none where there is no object. */
export function entriesAt(
  value: Json,
  ...keys: readonly (string | number)[]
): [string, JsonValue][] {
  const found = field(value, ...keys);
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? Object.entries(found)
    : [];
}
