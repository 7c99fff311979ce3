/** What a copy of the MIT-BIH Arrhythmia Database holds: files, beats by class, windows by part. */

import { UserError } from "../../errors.ts";
import { formatCount, formatPercent } from "../../text/format.ts";
import { readAnnotationsSync } from "../files/wfdb/annotations.ts";
import { attempt, cannotRead, listFolder, readFailureReason } from "../files/file_errors.ts";
import { folderSource } from "../files/wfdb/file_source.ts";
import { readHeader } from "../files/wfdb/header.ts";
import { examineEach } from "../inventory/examine_each.ts";
import { groupBy, type Inventory, type InventoryOptions, listOf } from "../inventory/inventory.ts";
import { recordProblem } from "../inventory/record_problem.ts";
import { AAMI_CLASSES, type AamiClass, countBeats, labelWindows } from "./aami_classes.ts";
import {
  MIT_BIH_PARTS,
  MIT_BIH_RECORDS,
  type MitBihPart,
  mitBihPart,
  mitBihSubject,
} from "./mit_bih_split.ts";

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
  { verify = false, ...options }: InventoryOptions = {},
): Promise<Inventory> {
  const names = listFolder(root).map(({ name }) => name);
  const [hea, dat, atr] = [".hea", ".dat", ".atr"]
    .map((extension) => names.filter((name) => name.endsWith(extension)).length);
  const found = MIT_BIH_RECORDS.filter((record) => names.includes(`${record}.hea`));
  const records: MitBihRecord[] = [];
  const damaged: { record: number; reason: string }[] = [];
  await examineEach(found, (record) => {
    const problem = recordProblem(root, String(record), verify);
    const found = problem
      ? new UserError(problem.reason)
      : attempt(() => describeRecord(root, record));
    if (!(found instanceof UserError)) records.push(found);
    else damaged.push({ record, reason: readFailureReason(found).replace(`${root}/`, "") });
  }, options);
  const missing = MIT_BIH_RECORDS.filter((record) => !found.includes(record));
  const parts = groupBy(records, ({ part }) => part, MIT_BIH_PARTS).map(({ name, members }) => {
    const sum = (value: (record: MitBihRecord) => number) =>
      members.reduce((total, record) => total + value(record), 0);
    return {
      part: name,
      records: members.length,
      subjects: new Set(members.map(({ subject }) => subject)).size,
      beats: Object.fromEntries(
        AAMI_CLASSES.map((name) => [name, sum(({ beats }) => beats[name])]),
      ) as Record<AamiClass, number>,
      windows: sum(({ windows }) => windows),
      abnormal: sum(({ abnormal }) => abnormal),
    };
  });
  const present = parts.filter((part) => part.records > 0);
  return {
    name: "MIT-BIH",
    totals: {
      ".hea": formatCount(hea),
      ".dat": formatCount(dat),
      ".atr": formatCount(atr),
      records: `${records.length} of ${MIT_BIH_RECORDS.length} are here and whole`,
      subjects: formatCount(new Set(records.map(({ subject }) => subject)).size),
      missing: missing.join(", ") || undefined,
    },
    tables: [{
      title: "Beats by AAMI class, and windows of 10 s:",
      groupTitle: "part",
      columns: ["records", "subjects", ...AAMI_CLASSES, "windows", "abnormal", "share"],
      rows: present.map(({ part, records, subjects, beats, windows, abnormal }) => ({
        name: part,
        cells: [
          ...[records, subjects, ...AAMI_CLASSES.map((name) => beats[name]), windows, abnormal],
          windows > 0 ? formatPercent(abnormal / windows, 1) : "n/a",
        ],
      })),
    }],
    lists: listOf("Damaged", damaged.map(({ record, reason }) => `${record}: ${reason}`)),
    figures: records.length === 0 ? [] : [{
      file: "mitbih_windows.svg",
      kind: "grouped",
      title: "MIT-BIH: ten-second windows by part",
      caption: `n = ${formatCount(records.length)} records. A window is abnormal when it holds a ` +
        `beat outside AAMI class N or ventricular flutter; unused: paced records, and record 201`,
      groupTitle: "Part",
      groups: present.map(({ part }) => part),
      valueTitle: "Windows",
      series: [
        { name: "normal", values: present.map(({ windows, abnormal }) => windows - abnormal) },
        { name: "abnormal", values: present.map(({ abnormal }) => abnormal) },
      ],
    }],
    json: { root, files: { hea, dat, atr }, records, missing, damaged, parts },
  };
}

function describeRecord(root: string, record: number): MitBihRecord {
  const { frames, frameRate, signals } = readHeader(folderSource(root), String(record));
  if (frames === undefined) {
    throw cannotRead(`${record}.hea`)("the header does not say how many samples there are");
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
