/** What any folder of WFDB records holds, folders below included. */

import { UserError } from "../../errors.ts";
import { formatCount } from "../../text/format.ts";
import { headerPatient } from "../files/header_patient.ts";
import { attempt, readFailureReason } from "../files/file_errors.ts";
import { folderSource } from "../files/wfdb/file_source.ts";
import { findHeaders, segmentPaths } from "../files/wfdb/find_records.ts";
import { readHeader, type WfdbHeader } from "../files/wfdb/header.ts";
import { examineEach } from "../inventory/examine_each.ts";
import {
  type Group,
  groupBy,
  type Inventory,
  type InventoryOptions,
  listOf,
  sizes,
} from "../inventory/inventory.ts";
import { AGE_BANDS, ageBand, SEXES, sexName } from "../inventory/people.ts";
import { recordProblem } from "../inventory/record_problem.ts";
import { LEADS } from "../signals/record_set.ts";

/** Bands of durations: name and the seconds up to which, and including which, they reach. */
const DURATIONS = [
  ["under 10 s", 9.999],
  ["10 s", 10.001],
  ["over 10 s, to 30 s", 30.001],
  ["over 30 s, to 1 min", 60.001],
  ["over 1 min, to 30 min", 1800.001],
  ["over 30 min", Infinity],
] as const;

/** The most diagnoses that the picture shows. */
const DIAGNOSES = 20;

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
): Promise<Inventory> {
  const headers = new Map<string, WfdbHeader | UserError>();
  const { names } = findHeaders(root);
  // Opening the headers is the first half of the work, looking at the signal files the second.
  const half = (start: number) => (done: number) => onProgress?.(start + done, 2 * names.length);
  await examineEach(names, (name) => {
    headers.set(name, attempt(() => readHeader(folderSource(root), name)));
  }, { onProgress: half(0), signal });
  const segments = new Set(
    [...headers].flatMap(([name, header]) =>
      header instanceof UserError ? [] : segmentPaths(name, header)
    ),
  );

  const records: ReturnType<typeof describeRecord>[] = [];
  const unreadable: { file: string; reason: string }[] = [];
  await examineEach(names, (name) => {
    if (segments.has(name)) return;
    const header = headers.get(name)!;
    const reason = header instanceof UserError
      ? readFailureReason(header).replace(`${root}/`, "")
      : recordProblem(root, name, verify)?.reason;
    if (reason !== undefined) unreadable.push({ file: name, reason });
    else records.push(describeRecord(name, header as WfdbHeader, headers));
  }, { onProgress: half(names.length), signal });

  const bands = [...DURATIONS.map(([name]) => name), "unknown"];
  const diagnoses = groupBy(records, (record) => record.diagnoses);
  const groupings: [title: string, key: string, groups: Group<unknown>[]][] = [
    ["rate (Hz)", "rates", groupBy(records, ({ rate }) => rate)],
    ["duration", "durations", groupBy(records, ({ duration }) => duration, bands)],
    ["leads", "lead_counts", groupBy(records, ({ leads }) => String(leads.length))],
    ["set of leads", "lead_sets", groupBy(records, ({ leads }) => nameLeadSet(leads))],
    ["sex", "sexes", groupBy(records, ({ sex }) => sex, SEXES)],
    ["age", "age_bands", groupBy(records, ({ age }) => age, AGE_BANDS)],
    ["diagnosis (Dx)", "diagnoses", diagnoses],
  ];
  const withoutDiagnosis = records.filter((record) => record.diagnoses.length === 0).length;
  const frequent = diagnoses.slice(0, DIAGNOSES);
  return {
    name: "Records",
    totals: {
      records: formatCount(records.length),
      unreadable: formatCount(unreadable.length),
      "no diagnosis": formatCount(withoutDiagnosis),
    },
    tables: groupings.map(([groupTitle, , groups]) => ({
      groupTitle,
      columns: ["records"],
      rows: groups.filter(({ members }) => members.length > 0)
        .map(({ name, members }) => ({ name, cells: [members.length] })),
    })),
    lists: listOf(
      "Unreadable",
      unreadable.map(({ file, reason }) => reason.startsWith(file) ? reason : `${file}: ${reason}`),
    ),
    figures: diagnoses.length === 0 ? [] : [{
      file: "records_diagnoses.svg",
      kind: "bars",
      title: "Records by diagnosis code",
      caption: `n = ${formatCount(records.length)} records, ${formatCount(withoutDiagnosis)} ` +
        "without a code" +
        (diagnoses.length > DIAGNOSES
          ? `; the ${DIAGNOSES} most frequent of ${diagnoses.length} codes`
          : ""),
      groupTitle: "Diagnosis",
      groups: frequent.map(({ name }) => name),
      valueTitle: "Records",
      series: [{ name: "records", values: frequent.map(({ members }) => members.length) }],
    }],
    json: {
      root,
      records: records.length,
      ...Object.fromEntries(groupings.map(([, key, groups]) => [key, sizes(groups)])),
      without_diagnosis: withoutDiagnosis,
      unreadable,
    },
  };
}

/** What is counted of a record. */
function describeRecord(
  name: string,
  header: WfdbHeader,
  headers: ReadonlyMap<string, WfdbHeader | UserError>,
) {
  const { age, sex, diagnoses } = headerPatient(header);
  return {
    rate: String(header.frameRate),
    duration: durationBand(header),
    leads: leadNames(name, header, headers),
    sex: sexName(sex),
    age: ageBand(age),
    diagnoses,
  };
}

/** Names of the leads; of a segmented record those of its first segment, which has all of them. */
function leadNames(
  name: string,
  header: WfdbHeader,
  headers: ReadonlyMap<string, WfdbHeader | UserError>,
): string[] {
  const [first] = segmentPaths(name, header);
  const described = header.segments === undefined ? header : headers.get(first);
  if (described === undefined || described instanceof UserError) return [];
  return described.signals.map(({ description }, index) =>
    // What the header reader writes where the header gives no name.
    description === `record ${described.recordName}, signal ${index}` ? "(unnamed)" : description
  );
}

/** One text for all orders and cases: the twelve leads in their order, then others by name. */
function nameLeadSet(leads: readonly string[]): string {
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
