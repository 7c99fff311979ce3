/**
 * What the comments of a header say about the patient: `#Age: 74`, `#Sex: Male` and
 * `#Dx: 59118001,426783006` in the PhysioNet/CinC challenges (2020, 2021), `#<age>: 66 <sex>: F` and
 * `#69 M 1085 1629 x1` in older databases of PhysioNet.
 */

import { decimal } from "../../text/decimal.ts";
import type { WfdbHeader } from "./wfdb/header.ts";

/** Age, sex and diagnoses from a header. */
export interface HeaderPatient {
  /** Years; NaN where not stated. */
  readonly age: number;
  /** 0 = male, 1 = female, as in PTB-XL; NaN where not stated. */
  readonly sex: number;
  /** Codes after `Dx`, SNOMED CT in the challenges, in their order; empty where there are none. */
  readonly diagnoses: readonly string[];
}

/**
 * Reads the comments of a header. Names are taken in any case, values that make no sense as not
 * stated: the challenges write `NaN`, `Unknown` and nothing at all, MIT-BIH an age of -1.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { headerPatient } from "ssrl-ecg";
 * const patient = headerPatient({ comments: ["Age: 74", "Sex: Male", "Dx: 59118001,426783006"] });
 * assert(patient.age === 74 && patient.sex === 0 && patient.diagnoses.length === 2);
 * ```
 */
export function headerPatient({ comments }: Pick<WfdbHeader, "comments">): HeaderPatient {
  const fields = new Map<string, string>();
  for (const comment of comments) {
    const [, name, value] = /^([^:]*):(.*)$/s.exec(comment) ?? [];
    const key = name?.trim().toLowerCase();
    if (key !== undefined && !fields.has(key)) fields.set(key, value.trim());
  }
  const [, olderAge, olderSex] = /<age>: *(\S+) +<sex>: *([MF])/.exec(comments.join("\n")) ??
    /^(-?\d+) +([MF])\b/.exec(comments[0] ?? "") ?? [];
  const years = [fields.get("age"), olderAge].map(decimal).filter((age) => age !== undefined);
  return {
    age: years.find((age) => age >= 0) ?? NaN,
    sex: sexOf(fields.get("sex")) ?? sexOf(olderSex) ?? NaN,
    diagnoses: (fields.get("dx") ?? "").split(/[\s,]+/).filter((code) =>
      code !== "" && code.toLowerCase() !== "unknown"
    ),
  };
}

function sexOf(text = ""): number | undefined {
  return /^(m|male)$/i.test(text) ? 0 : /^(f|female)$/i.test(text) ? 1 : undefined;
}
