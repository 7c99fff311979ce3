/** Writes annotation files for tests, in MIT format (annot(5)). */

/** What an annotation to write holds; fields left out are 0 or empty. */
export interface AnnotationToWrite {
  readonly sample: number;
  /** 1 is a normal beat, 5 a ventricular one, 22 a note, 28 a change of rhythm, 31 flutter. */
  readonly code: number;
  readonly subtype?: number;
  readonly channel?: number;
  readonly num?: number;
  readonly aux?: string;
}

/** The bytes of an annotation file. */
export function encodeAnnotations(annotations: readonly AnnotationToWrite[]): Uint8Array {
  const bytes: number[] = [];
  const word = (code: number, value: number) => {
    const both = code << 10 | value & 0x3ff;
    bytes.push(both & 0xff, both >> 8);
  };
  let last = { sample: 0, channel: 0, num: 0 };
  for (const { sample, code, subtype = 0, channel = 0, num = 0, aux = "" } of annotations) {
    let step = sample - last.sample;
    if (step < 0 || step > 0x3ff) {
      word(59, 0);
      bytes.push(step >> 16 & 0xff, step >> 24 & 0xff, step & 0xff, step >> 8 & 0xff);
      step = 0;
    }
    word(code, step);
    if (subtype !== 0) word(61, subtype & 0xff);
    if (channel !== last.channel) word(62, channel);
    if (num !== last.num) word(60, num & 0xff);
    if (aux !== "") {
      const text = new TextEncoder().encode(aux);
      word(63, text.length);
      bytes.push(...text, ...(text.length % 2 === 1 ? [0] : []));
    }
    last = { sample, channel, num };
  }
  word(0, 0);
  return Uint8Array.from(bytes);
}
