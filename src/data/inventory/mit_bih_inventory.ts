/**
 * What a copy of the MIT-BIH Arrhythmia Database holds: files, beats by class, windows by part.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { AAMI_CLASSES, type AamiClass, countBeats } from "../datasets/aami_classes.ts";
import { labelWindows } from "../datasets/mit_bih.ts";
import {
  MIT_BIH_RECORDS,
  type MitBihPart,
  mitBihPart,
  mitBihSubject,
} from "../datasets/mit_bih_split.ts";
import { readAnnotationsSync } from "../files/wfdb/annotations.ts";
import { folderSource } from "../files/wfdb/file_source.ts";
import { parseHeader } from "../files/wfdb/header.ts";
import { examineEach, type InventoryOptions } from "./examine_each.ts";
import { recordProblem } from "./record_problem.ts";

/** Seconds of a window. */
const WINDOW_SECONDS = 10;

/** One record. */
export interface MitBihRecord {
  readonly record: number;
  readonly subject: number;
  readonly part: MitBihPart;
  /** Names of its signals. */
  readonly leads: readonly string[];
  readonly beats: Readonly<Record<AamiClass, number>>;
  /** Windows of ten seconds with at least one beat. */
  readonly windows: number;
  /** Of these, windows labeled abnormal. */
  readonly abnormal: number;
}

/** Counts of one part of the split. */
export interface MitBihPartCounts extends Omit<MitBihRecord, "record" | "subject" | "leads"> {
  readonly records: number;
  readonly subjects: number;
}

/** What {@linkcode takeMitBihInventory} found. */
export interface MitBihInventory {
  /** Files in the folder, by extension. */
  readonly files: { readonly hea: number; readonly dat: number; readonly atr: number };
  /** Records of the database that are there and whole, ascending. */
  readonly records: readonly MitBihRecord[];
  /** Numbers of the 48 records of which no header is there. */
  readonly missing: readonly number[];
  /** Records of which something is there, but not all of it right. */
  readonly damaged: readonly { readonly record: number; readonly reason: string }[];
  /** Training, validation, test and what is not used. */
  readonly parts: readonly MitBihPartCounts[];
}

/**
 * Counts what a folder of the MIT-BIH Arrhythmia Database holds. Windows are those that `loadMitBih`
 * cuts.
 *
 * @param root Folder with `100.hea`, `100.dat`, `100.atr` …
 * @throws {UserError} where the folder cannot be listed; `signal.reason` when aborted. Missing and
 *   damaged records are no errors but part of the result
 */
export async function takeMitBihInventory(
  root: string,
  { verify = false, onProgress, signal }: InventoryOptions = {},
): Promise<MitBihInventory> {
  const names = listFolder(root);
  const count = (extension: string) => names.filter((name) => name.endsWith(extension)).length;
  const found = MIT_BIH_RECORDS.filter((record) => names.includes(`${record}.hea`));
  const records: MitBihRecord[] = [];
  const damaged: { record: number; reason: string }[] = [];
  await examineEach(found, (record) => {
    try {
      const problem = recordProblem(root, String(record), verify);
      if (problem !== undefined) throw new UserError(problem.reason);
      records.push(describeRecord(root, record));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const reason = error.message.replace(/^Cannot read /, "").replace(`${root}/`, "");
      damaged.push({ record, reason });
    }
  }, { onProgress, signal });
  return {
    files: { hea: count(".hea"), dat: count(".dat"), atr: count(".atr") },
    records,
    missing: MIT_BIH_RECORDS.filter((record) => !found.includes(record)),
    damaged,
    parts: (["train", "validation", "test", "unused"] as const).map((part) =>
      countPart(part, records)
    ),
  };
}

function describeRecord(root: string, record: number): MitBihRecord {
  const bytes = folderSource(root).read(`${record}.hea`);
  const { frames, frameRate, signals } = parseHeader(
    new TextDecoder().decode(bytes),
    `${record}.hea`,
  );
  if (frames === undefined) {
    throw new UserError(`${record}.hea: the header does not say how many samples there are`);
  }
  const { annotations, timeResolution } = readAnnotationsSync(`${root}/${record}.atr`);
  const labels = labelWindows(
    annotations,
    WINDOW_SECONDS * (timeResolution ?? frameRate),
    Math.floor(frames / frameRate / WINDOW_SECONDS),
  );
  return {
    record,
    subject: mitBihSubject(record),
    part: mitBihPart(record),
    leads: signals.map(({ description }) => description),
    beats: countBeats(annotations),
    windows: labels.filter((label) => label !== "unlabeled").length,
    abnormal: labels.filter((label) => label === "abnormal").length,
  };
}

function countPart(part: MitBihPart, records: readonly MitBihRecord[]): MitBihPartCounts {
  const members = records.filter((record) => record.part === part);
  const sum = (value: (record: MitBihRecord) => number) =>
    members.reduce((total, record) => total + value(record), 0);
  return {
    part,
    records: members.length,
    subjects: new Set(members.map(({ subject }) => subject)).size,
    beats: Object.fromEntries(
      AAMI_CLASSES.map((name) => [name, sum(({ beats }) => beats[name])]),
    ) as Record<AamiClass, number>,
    windows: sum(({ windows }) => windows),
    abnormal: sum(({ abnormal }) => abnormal),
  };
}

function listFolder(root: string): string[] {
  try {
    return [...Deno.readDirSync(root)].map(({ name }) => name);
  } catch (error) {
    throw new UserError(`Cannot read ${root}: ${error instanceof Error ? error.message : error}`);
  }
}
