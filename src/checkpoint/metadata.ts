/**
 * Checkpoint metadata as one JSON string. The string is a pure function of the content: keys are
 * sorted, numbers are printed in their shortest exact form, nothing about time or place is added.
 */

import type { Refuse } from "./refuse.ts";
import { CHECKPOINT_FORMAT_VERSION, type CheckpointMetadata, isCount } from "./state_dict.ts";

/**
 * JSON with sorted keys and no white space. Absent (undefined) members are left out; numbers that
 * JSON cannot hold (NaN, ±Infinity) become null.
 *
 * @throws {TypeError} If a value is not JSON: a function, a bigint, a symbol
 */
export function canonicalJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  switch (typeof value) {
    case "boolean":
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : JSON.stringify(value);
    case "object":
      break;
    default:
      throw new TypeError(`Cannot write a ${typeof value} as JSON`);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** Metadata as the string in the file; adds the format version where absent. */
export function encodeMetadata(metadata: CheckpointMetadata): string {
  return canonicalJson({ format_version: CHECKPOINT_FORMAT_VERSION, ...metadata });
}

type Check = (value: unknown) => boolean;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isPositive: Check = (value) => isNumber(value) && (value as number) > 0;
const isListOf = (check: Check, value: unknown): value is unknown[] =>
  Array.isArray(value) && value.every(check);

type Field = [what: string, check: Check];
const TEXT: Field = ["a string", isText];
const TEXTS: Field = ["a list of strings", (value) => isListOf(isText, value)];
const COUNT: Field = ["a whole number", isCount];

/** What each field must be, for the error message and for the check. */
const FIELDS: { [K in keyof Required<CheckpointMetadata>]: Field } = {
  format_version: COUNT,
  method: TEXT,
  architecture: ["an object with a name", (value) => isObject(value) && isText(value.name)],
  class_names: TEXTS,
  normalisation: [
    'null or {kind: "train" or "none", mean, standard_deviation > 0} of equal lengths',
    (value) =>
      value === null || isObject(value) && (value.kind === "train" || value.kind === "none") &&
        isListOf(isNumber, value.mean) && isListOf(isPositive, value.standard_deviation) &&
        value.mean.length === value.standard_deviation.length,
  ],
  sampling_rate: ["a number above 0", isPositive],
  signal_length: COUNT,
  leads: TEXTS,
  seed: COUNT,
  epoch: COUNT,
  metrics: [
    "an object of numbers",
    (value) =>
      isObject(value) &&
      Object.values(value).every((entry) => entry === null || isNumber(entry)),
  ],
  software: TEXT,
  extra: ["an object", isObject],
};

/**
 * The string from a file as metadata, every known field checked; `refuse` is called if it is not JSON, a
 * field has the wrong type, or the version is unknown.
 *
 * @param text JSON; undefined (a foreign file) gives `{}`
 */
export function decodeMetadata(text: string | undefined, refuse: Refuse): CheckpointMetadata {
  if (text === undefined) return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    refuse("its metadata is not JSON");
  }
  if (!isObject(given)) return refuse("its metadata is not a JSON object");
  const isKnown = (key: string): key is keyof CheckpointMetadata => Object.hasOwn(FIELDS, key);
  const known: Record<string, unknown> = {};
  const unknown: [string, unknown][] = [];
  for (const [key, value] of Object.entries(given)) {
    if (!isKnown(key)) {
      unknown.push([key, value]);
      continue;
    }
    const [what, check] = FIELDS[key];
    if (!check(value)) {
      refuse(
        `metadata field ${key} must be ${what}, got ${JSON.stringify(value).slice(0, 80)}`,
      );
    }
    known[key] = value;
  }
  const { format_version: version = 0, extra = {} } = known as CheckpointMetadata;
  if (version > CHECKPOINT_FORMAT_VERSION) {
    refuse(
      `its metadata has version ${version}, this program knows up to ` +
        `${CHECKPOINT_FORMAT_VERSION}. Use a newer version of this program`,
    );
  }
  if (unknown.length > 0) known.extra = Object.fromEntries([...Object.entries(extra), ...unknown]);
  return known as CheckpointMetadata;
}
