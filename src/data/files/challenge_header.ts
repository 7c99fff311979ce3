/**
 * What the headers of the PhysioNet/CinC challenges (2020, 2021) say about the patient, in comment
 * lines such as `#Age: 74`, `#Sex: Male`, `#Dx: 59118001,426783006`.
 *
 * @module
 */

import { decimal } from "../../text/decimal.ts";
import type { WfdbHeader } from "./wfdb/header.ts";

/** Age, sex and diagnoses from a header. */
export interface ChallengePatient {
  /** Years; NaN where not stated. */
  readonly age: number;
  /** 0 = male, 1 = female, as in PTB-XL; NaN where not stated. */
  readonly sex: number;
  /** Codes after `Dx`, SNOMED CT in the challenges, in their order; empty where there are none. */
  readonly diagnoses: readonly string[];
}

/**
 * Reads the comments of a header. Names are taken in any case, values that make no sense as not
 * stated: the challenges write `NaN`, `Unknown` and nothing at all.
 *
 * @param header A parsed header
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { challengePatient } from "ssrl-ecg";
 * const patient = challengePatient({ comments: ["Age: 74", "Sex: Male", "Dx: 59118001,426783006"] });
 * assert(patient.age === 74 && patient.sex === 0 && patient.diagnoses.length === 2);
 * ```
 */
export function challengePatient(header: Pick<WfdbHeader, "comments">): ChallengePatient {
  const fields = new Map<string, string>();
  for (const comment of header.comments) {
    const cut = comment.indexOf(":");
    if (cut < 0) continue;
    const name = comment.slice(0, cut).trim().toLowerCase();
    if (!fields.has(name)) fields.set(name, comment.slice(cut + 1).trim());
  }
  const age = decimal(fields.get("age")) ?? NaN;
  const sex = fields.get("sex")?.toLowerCase() ?? "";
  return {
    age: age >= 0 ? age : NaN,
    sex: sex === "male" || sex === "m" ? 0 : sex === "female" || sex === "f" ? 1 : NaN,
    diagnoses: (fields.get("dx") ?? "").split(/[\s,]+/).filter((code) =>
      code !== "" && code.toLowerCase() !== "unknown"
    ),
  };
}
