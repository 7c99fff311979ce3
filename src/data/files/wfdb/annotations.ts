/**
 * WFDB annotation files (`.atr` and its like) in MIT format, as described in the manual page
 * annot(5) of the WFDB Applications Guide (Moody, Massachusetts Institute of Technology).
 *
 * The file is a list of little-endian 16-bit words. The upper 6 bits of a word are a code, the lower
 * 10 bits a number:
 *
 * ```
 * code   name  meaning of the number
 * 0-49         an annotation; ticks since the one before
 * 59     SKIP  0; the next 4 bytes are ticks to add, upper 16 bits first
 * 60     NUM   `num` of this annotation and those that follow
 * 61     SUB   `subtype` of this annotation
 * 62     CHN   `channel` of this annotation and those that follow
 * 63     AUX   bytes of text that follow, padded to an even number
 * ```
 *
 * NUM, SUB, CHN and AUX follow the annotation that they describe, SKIP precedes it. A word of 0
 * ends the list.
 */

import { cannotRead, type Fail, reading } from "../file_errors.ts";

/** One annotation. */
export interface Annotation {
  /** Time in ticks from the start of the record: samples, unless the file states a resolution. */
  readonly sample: number;
  /** Letter or sign of the published table, such as `N`, `V` or `+`; `[15]` for code 15, unnamed. */
  readonly symbol: string;
  /** −128 to 127; what it means depends on the symbol. */
  readonly subtype: number;
  /** Signal that it belongs to, 0 to 255. */
  readonly channel: number;
  /** −128 to 127, free for the annotator's use. */
  readonly num: number;
  /** Text, such as the rhythm `(N`; empty where there is none. */
  readonly aux: string;
}

/** An annotation with the number in the file, which a definition may name. */
type CodedAnnotation = Annotation & { readonly code: number };

/** What an annotation file holds. */
export interface AnnotationFile {
  /** In the order of the file. */
  readonly annotations: readonly Annotation[];
  /** Ticks a second, Hz, or undefined where the file does not say: then a tick is a sample. */
  readonly timeResolution: number | undefined;
}

/** Symbols of the codes 0 to 41; the codes 15 and 17 are not in use. */
const SYMBOLS = [..." NLRaVFJASEj/Q~", "[15]", "|", "[17]", ...'sT*D"=pB^t+u?![]en@xf()r'];

const NOTE = 22;
const LAST_ANNOTATION = 49;
const SKIP = 59;
const NUM = 60;
const SUB = 61;
const CHN = 62;
const AUX = 63;

/**
 * Parses an annotation file.
 *
 * Notes at the start of the file that speak of the file itself are taken out of the list: the time
 * resolution, and definitions of codes that the published table does not have.
 *
 * @throws {UserError} where the file is truncated or no annotation file in MIT format
 */
export function parseAnnotations(bytes: Uint8Array, file = "annotations"): AnnotationFile {
  const fail = cannotRead(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const all: CodedAnnotation[] = [];
  let at = 0;
  const take = (count: number): number => {
    if (at + count > bytes.length) {
      throw fail(`the file is truncated, it ends after ${bytes.length} bytes without an end mark`);
    }
    at += count;
    return at - count;
  };
  let sample = 0;
  let channel = 0;
  let num = 0;
  while (true) {
    const word = view.getUint16(take(2), true);
    if (word === 0) break;
    const code = word >> 10;
    const value = word & 0x3ff;
    const describe = (change: Partial<Annotation>) => {
      const latest = all.pop();
      if (latest === undefined) throw fail(`a field of code ${code} comes before any annotation`);
      all.push({ ...latest, ...change });
    };
    if (code <= LAST_ANNOTATION) {
      sample += value;
      const symbol = SYMBOLS[code] ?? `[${code}]`;
      all.push({ code, sample, symbol, subtype: 0, channel, num, aux: "" });
    } else if (code === SKIP) {
      const high = view.getInt16(take(2), true);
      sample += high * 0x10000 + view.getUint16(take(2), true);
    } else if (code === NUM) {
      num = value << 24 >> 24;
      describe({ num });
    } else if (code === SUB) {
      describe({ subtype: value << 24 >> 24 });
    } else if (code === CHN) {
      channel = value & 0xff;
      describe({ channel });
    } else if (code === AUX) {
      const start = take(value + (value & 1));
      // Texts of fixed length are filled up with zeros.
      const text = decoder.decode(bytes.subarray(start, start + value)).replace(/\0+$/, "");
      describe({ aux: text });
    } else {
      throw fail(`code ${code} at byte ${at - 2} is not one of MIT-format annotations`);
    }
  }
  return separateDefinitions(all, fail);
}

/** Takes the notes about the file itself out of the list. */
function separateDefinitions(all: readonly CodedAnnotation[], fail: Fail): AnnotationFile {
  let timeResolution: number | undefined;
  const symbols = new Map<number, string>();
  let defining = false;
  let first = 0;
  for (; first < all.length; first++) {
    const { code, sample, aux } = all[first];
    if (code !== NOTE || sample !== 0) break;
    const resolution = /^## time resolution: *(\S+)/.exec(aux);
    if (resolution !== null) {
      timeResolution = Number(resolution[1]);
      if (!(timeResolution > 0 && Number.isFinite(timeResolution))) {
        throw fail(`its time resolution is "${resolution[1]}", need a number above 0`);
      }
    } else if (aux === "## annotation type definitions") defining = true;
    else if (defining && aux === "## end of definitions") defining = false;
    else if (defining) {
      const definition = /^(\d+) +(\S+)/.exec(aux);
      if (definition === null) throw fail(`"${aux}" defines no annotation type`);
      symbols.set(Number(definition[1]), definition[2]);
    } else break; // an ordinary note
  }
  const annotations = all.slice(first).map(({ code, symbol, ...rest }) => ({
    ...rest,
    symbol: symbols.get(code) ?? symbol,
  }));
  return { annotations, timeResolution };
}

/**
 * Reads an annotation file from disk.
 *
 * @param path Path of the file with its extension, for example `data/mitdb/100.atr`
 * @throws {UserError} naming the file and the reason where it is missing, truncated or damaged
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readAnnotationsSync } from "ssrl-ecg";
 * const path = `${Deno.makeTempDirSync()}/a.atr`;
 * Deno.writeFileSync(path, new Uint8Array(new Uint16Array([1 << 10 | 18, 0]).buffer));
 * assert(readAnnotationsSync(path).annotations[0].symbol === "N");
 * ```
 */
export function readAnnotationsSync(path: string): AnnotationFile {
  return parseAnnotations(reading(() => Deno.readFileSync(path), cannotRead(path)), path);
}
