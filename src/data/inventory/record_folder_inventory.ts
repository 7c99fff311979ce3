/**
 * What any folder of WFDB records holds, folders below included.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { LEADS } from "../signals/record_set.ts";
import { folderSource } from "../files/wfdb/file_source.ts";
import { findHeaders } from "../files/wfdb/find_records.ts";
import { parseHeader, type WfdbHeader } from "../files/wfdb/header.ts";
import { examineEach, type InventoryOptions } from "./examine_each.ts";
import { AGE_BANDS, ageBand, readComments, SEXES } from "./people.ts";
import { recordProblem } from "./record_problem.ts";

/** Records that share a value. */
export interface ValueCount {
  readonly name: string;
  readonly records: number;
}

/** What {@linkcode takeRecordFolderInventory} found. */
export interface RecordFolderInventory {
  /** Records that are there and whole. */
  readonly records: number;
  /** Rates in Hz, the most frequent first. */
  readonly rates: readonly ValueCount[];
  /** Durations in bands, the shortest first. */
  readonly durations: readonly ValueCount[];
  /** Numbers of leads, the most frequent first. */
  readonly leadCounts: readonly ValueCount[];
  /** Sets of leads whatever their order and case, the most frequent first. */
  readonly leadSets: readonly ValueCount[];
  readonly sexes: readonly ValueCount[];
  readonly ageBands: readonly ValueCount[];
  /** Codes of the comment `Dx:`, the most frequent first; a record can have several. */
  readonly diagnoses: readonly ValueCount[];
  /** Records without such a code. */
  readonly withoutDiagnosis: number;
  /** Records that cannot be read, with the reason. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
}

/** Bands of durations: name and the seconds up to which, and including which, they reach. */
const DURATIONS = [
  ["under 10 s", 9.999],
  ["10 s", 10.001],
  ["over 10 s, to 30 s", 30.001],
  ["over 30 s, to 1 min", 60.001],
  ["over 1 min, to 30 min", 1800.001],
  ["over 30 min", Infinity],
] as const;

/**
 * Counts what a folder of WFDB or PhysioNet-challenge records holds. Every header is a record, but
 * for those of the segments of another record.
 *
 * @param root Folder; folders below it are searched, links to folders are not
 * @throws {UserError} where a folder cannot be listed; `signal.reason` when aborted. Records that
 *   cannot be read are no errors but part of the result
 */
export async function takeRecordFolderInventory(
  root: string,
  { verify = false, onProgress, signal }: InventoryOptions = {},
): Promise<RecordFolderInventory> {
  const headers = new Map<string, WfdbHeader | UserError>();
  const { names } = findHeaders(root);
  // Opening the headers is the first half of the work, looking at the signal files the second.
  const half = (start: number) => (done: number) => onProgress?.(start + done, 2 * names.length);
  await examineEach(names, (name) => {
    try {
      const bytes = folderSource(root).read(`${name}.hea`);
      headers.set(name, parseHeader(new TextDecoder().decode(bytes), `${name}.hea`));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      headers.set(name, error);
    }
  }, { onProgress: half(0), signal });
  const segments = new Set([...headers].flatMap(([name, header]) => segmentNames(name, header)));

  const tally = new Tally();
  await examineEach(names, (name) => {
    if (segments.has(name)) return;
    const header = headers.get(name)!;
    if (header instanceof UserError) {
      const reason = header.message.replace(/^Cannot read /, "").replace(`${root}/`, "");
      tally.unreadable.push({ file: name, reason });
      return;
    }
    const problem = recordProblem(root, name, verify);
    if (problem === undefined) tally.add(header, leadNames(name, header, headers));
    else tally.unreadable.push({ file: name, reason: problem.reason });
  }, { onProgress: half(names.length), signal });
  return tally.result();
}

/** Counts as they grow. */
class Tally {
  readonly unreadable: { file: string; reason: string }[] = [];
  readonly #rates = new Map<string, number>();
  readonly #durations = new Map<string, number>();
  readonly #leadCounts = new Map<string, number>();
  readonly #leadSets = new Map<string, number>();
  readonly #sexes = new Map<string, number>();
  readonly #ageBands = new Map<string, number>();
  readonly #diagnoses = new Map<string, number>();
  #records = 0;
  #withoutDiagnosis = 0;

  add(header: WfdbHeader, leads: readonly string[]): void {
    const count = (map: Map<string, number>, name: string) =>
      map.set(name, (map.get(name) ?? 0) + 1);
    this.#records++;
    count(this.#rates, String(header.frameRate));
    count(this.#durations, durationBand(header));
    count(this.#leadCounts, String(leads.length));
    count(this.#leadSets, leadSet(leads));
    const { age, sex, diagnoses } = readComments(header.comments);
    count(this.#sexes, sex);
    count(this.#ageBands, ageBand(age));
    for (const code of new Set(diagnoses)) count(this.#diagnoses, code);
    if (diagnoses.length === 0) this.#withoutDiagnosis++;
  }

  result(): RecordFolderInventory {
    const inOrder = (names: readonly string[], map: ReadonlyMap<string, number>): ValueCount[] =>
      names.map((name) => ({ name, records: map.get(name) ?? 0 }));
    const byFrequency = (map: ReadonlyMap<string, number>): ValueCount[] =>
      [...map].map(([name, records]) => ({ name, records }))
        .sort((a, b) => b.records - a.records || a.name.localeCompare(b.name, "en"));
    return {
      records: this.#records,
      rates: byFrequency(this.#rates),
      durations: inOrder([...DURATIONS.map(([name]) => name), "unknown"], this.#durations),
      leadCounts: byFrequency(this.#leadCounts),
      leadSets: byFrequency(this.#leadSets),
      sexes: inOrder(SEXES, this.#sexes),
      ageBands: inOrder(AGE_BANDS, this.#ageBands),
      diagnoses: byFrequency(this.#diagnoses),
      withoutDiagnosis: this.#withoutDiagnosis,
      unreadable: this.unreadable,
    };
  }
}

/** Paths of the segments of a record; none for an ordinary one. */
function segmentNames(name: string, header: WfdbHeader | UserError): string[] {
  if (header instanceof UserError) return [];
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  return (header.segments ?? []).filter((segment) => segment.name !== "~")
    .map((segment) => folder + segment.name);
}

/** Names of the leads; of a segmented record those of its first segment, which has all of them. */
function leadNames(
  name: string,
  header: WfdbHeader,
  headers: ReadonlyMap<string, WfdbHeader | UserError>,
): string[] {
  const [first] = segmentNames(name, header);
  const described = header.segments === undefined ? header : headers.get(first);
  if (described === undefined || described instanceof UserError) return [];
  return described.signals.map(({ description }, index) =>
    // What the header reader writes where the header gives no name.
    description === `record ${described.recordName}, signal ${index}` ? "(unnamed)" : description
  );
}

/** One text for all orders and cases: the twelve leads in their order, then others by name. */
function leadSet(leads: readonly string[]): string {
  const names = leads.map((lead) => lead.toUpperCase());
  const rank = (name: string) => {
    const at = (LEADS as readonly string[]).indexOf(name);
    return at < 0 ? LEADS.length : at;
  };
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)).join(", ");
}

function durationBand({ frames, frameRate, segments }: WfdbHeader): string {
  const known = frames ?? segments?.reduce((sum, segment) => sum + segment.frames, 0);
  if (known === undefined) return "unknown";
  return DURATIONS.find(([, end]) => known / frameRate <= end)![0];
}
