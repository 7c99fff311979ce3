/** A few records in PTB-XL's layout, in a temporary folder, for tests that damage them. */

import { LEADS } from "../../src/data/signals/record_set.ts";
import { writeRecordSync } from "../../src/data/files/wfdb/write_record.ts";
import { plainSignals } from "../data/files/record_files.ts";

/** The statements of a small `scp_statements.csv`. */
const STATEMENTS = `,description,diagnostic,form,rhythm,diagnostic_class
NORM,normal ECG,1.0,,,NORM
IMI,inferior myocardial infarction,1.0,,,MI
NDT,non-diagnostic T abnormalities,1.0,1.0,,STTC
LVH,left ventricular hypertrophy,1.0,,,HYP
1AVB,first degree AV block,1.0,,,CD
SR,sinus rhythm,,,1.0,
`;

/** One record to write. */
export interface SmallRecord {
  id: number;
  patient: number;
  fold: number;
  codes: string;
  /** Samples of the record, 1000 by default. */
  length?: number;
}

/** Six records of five patients. */
export const SMALL_RECORDS: readonly SmallRecord[] = [
  { id: 1, patient: 11, fold: 1, codes: "{'NORM': 100.0, 'SR': 0.0}" },
  { id: 2, patient: 12, fold: 2, codes: "{'IMI': 0.0, '1AVB': 100.0}" },
  { id: 5, patient: 12, fold: 2, codes: "{'SR': 0.0}" },
  { id: 7, patient: 13, fold: 8, codes: "{'NDT': 50.0, 'LVH': 35.0, 'SR': 0.0}" },
  { id: 8, patient: 14, fold: 9, codes: "{'LVH': 15.0}" },
  { id: 9, patient: 15, fold: 10, codes: "{}" },
];

/** Digital value that record `id` has at sample `t` of lead `lead`. */
export function smallValue(id: number, t: number, lead: number): number {
  return ((id * 131 + t * 17 + lead * 7) % 2001) - 1000;
}

/** Record path as the table names it. */
export function smallFile(id: number): string {
  return `records100/00000/${String(id).padStart(5, "0")}_lr`;
}

/** Writes the cohort and returns its folder. */
export function writeSmallCohort(records: readonly SmallRecord[] = SMALL_RECORDS): string {
  const root = Deno.makeTempDirSync({ prefix: "small_cohort_" });
  Deno.mkdirSync(`${root}/records100/00000`, { recursive: true });
  const rows = ["ecg_id,patient_id,age,sex,report,scp_codes,strat_fold,filename_lr,filename_hr"];
  for (const { id, patient, fold, codes, length = 1000 } of records) {
    const hr = smallFile(id).replace("records100", "records500").replace("_lr", "_hr");
    // A report with a line break and quotes, as the published table has them.
    rows.push(
      `${id},${patient}.0,50.0,1,"line 1\n""line"" 2","${codes}",${fold},${smallFile(id)},${hr}`,
    );
    const samples = new Int16Array(length * 12);
    for (let i = 0; i < samples.length; i++) {
      samples[i] = smallValue(id, Math.floor(i / 12), i % 12);
    }
    writeRecordSync(`${root}/records100/00000`, {
      name: smallFile(id).split("/")[2],
      samplingRate: 100,
      signals: plainSignals(LEADS),
      samples,
    });
  }
  Deno.writeTextFileSync(`${root}/ptbxl_database.csv`, rows.join("\n") + "\n");
  Deno.writeTextFileSync(`${root}/scp_statements.csv`, STATEMENTS);
  return root;
}

/** Runs `body` with a cohort that is removed afterwards. */
export async function withSmallCohort(
  body: (root: string) => void | Promise<void>,
  records?: readonly SmallRecord[],
): Promise<void> {
  const root = writeSmallCohort(records);
  try {
    await body(root);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}
