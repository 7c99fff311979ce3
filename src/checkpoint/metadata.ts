/**
 * Checkpoint metadata as one JSON string. The string is a pure function of the content: keys are
 * sorted, numbers are printed in their shortest exact form, nothing about time or place is added.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import {
  CHECKPOINT_FORMAT_VERSION,
  type CheckpointMetadata,
  type JsonValue,
} from "./state_dict.ts";

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

/** Metadata to the string that stands in the file; adds the format version where absent. */
export function encodeMetadata(metadata: CheckpointMetadata): string {
  return canonicalJson({ format_version: CHECKPOINT_FORMAT_VERSION, ...metadata });
}

type Check = (value: unknown) => boolean;
const isObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isPositive: Check = (value) => isNumber(value) && (value as number) > 0;
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);

/** What each field must be, for the error message and for the check. */
const FIELDS: { [K in keyof Required<CheckpointMetadata>]: [what: string, check: Check] } = {
  format_version: ["a whole number", isCount],
  method: ["a string", isText],
  architecture: [
    "an object with a name",
    (value) => isObject(value) && isText((value as { name?: unknown }).name),
  ],
  class_names: ["a list of strings", listOf(isText)],
  normalisation: [
    'null or {kind: "train" or "none", mean, standard_deviation > 0} of equal lengths',
    (value) => {
      if (value === null) return true;
      if (!isObject(value)) return false;
      const { kind, mean, standard_deviation } = value as Record<string, unknown>;
      return (kind === "train" || kind === "none") && listOf(isNumber)(mean) &&
        listOf(isPositive)(standard_deviation) &&
        (mean as number[]).length === (standard_deviation as number[]).length;
    },
  ],
  sampling_rate: ["a number above 0", isPositive],
  signal_length: ["a whole number", isCount],
  leads: ["a list of strings", listOf(isText)],
  seed: ["a whole number", isCount],
  epoch: ["a whole number", isCount],
  metrics: [
    "an object of numbers",
    (value) =>
      isObject(value) &&
      Object.values(value as object).every((entry) => entry === null || isNumber(entry)),
  ],
  software: ["a string", isText],
  extra: ["an object", isObject],
};

/**
 * The string from a file to metadata, every known field checked.
 *
 * @param text JSON; undefined (a foreign file) gives `{}`
 * @param source Named in errors
 * @throws {UserError} If it is not JSON, a field has the wrong type, or the version is unknown
 */
export function decodeMetadata(text: string | undefined, source: string): CheckpointMetadata {
  if (text === undefined) return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new UserError(`Cannot read checkpoint "${source}": its metadata is not JSON`);
  }
  if (!isObject(given)) {
    throw new UserError(`Cannot read checkpoint "${source}": its metadata is not a JSON object`);
  }
  const known: Record<string, unknown> = {};
  const unknown: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(given as Record<string, JsonValue>)) {
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key as keyof CheckpointMetadata] : undefined;
    if (field === undefined) {
      unknown.push([key, value]);
      continue;
    }
    const [what, check] = field;
    if (!check(value)) {
      throw new UserError(
        `Cannot read checkpoint "${source}": metadata field ${key} must be ${what}, got ` +
          JSON.stringify(value).slice(0, 80),
      );
    }
    known[key] = value;
  }
  const version = known.format_version as number | undefined;
  if (version !== undefined && version > CHECKPOINT_FORMAT_VERSION) {
    throw new UserError(
      `Cannot read checkpoint "${source}": its metadata has version ${version}, this program ` +
        `knows up to ${CHECKPOINT_FORMAT_VERSION}. Use a newer version of this program`,
    );
  }
  if (unknown.length > 0) {
    const extra = (known.extra ?? {}) as Record<string, JsonValue>;
    known.extra = Object.fromEntries([...Object.entries(extra), ...unknown]);
  }
  return known as CheckpointMetadata;
}
