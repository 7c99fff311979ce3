/**
 * A JSON parser for headers that come from strangers. Unlike `JSON.parse` it refuses a key that occurs
 * twice in one object (two readers could then see two different files), keeps the order of all keys
 * (also of those that look like array indices), treats `__proto__` like any other name, and bounds the
 * depth.
 */

/** What {@linkcode parseStrictJson} returns; objects become maps in the order of the text. */
export type StrictJson = null | boolean | number | string | StrictJson[] | Map<string, StrictJson>;

/**
 * Parses one JSON value that fills the text but for surrounding white space.
 *
 * @param text JSON
 * @param maximumDepth Deepest nesting of arrays and objects that is accepted
 * @throws {SyntaxError} If the text is not JSON, repeats a key or nests too deep
 */
export function parseStrictJson(text: string, maximumDepth = 16): StrictJson {
  let position = 0;
  const fail = (problem: string) => new SyntaxError(`${problem} at character ${position}`);

  /** The next string, punctuation mark, number or word. */
  function token(): string {
    while (" \t\n\r".includes(text[position])) position++;
    if (position >= text.length) throw fail("Text ends early");
    const start = position++;
    if (text[start] === '"') {
      // Scanned by hand: a regular expression needs stack in proportion to the string.
      while (position < text.length && text[position] !== '"') {
        position += text[position] === "\\" ? 2 : 1;
      }
      position++;
    } else if (!"{}[]:,".includes(text[start])) {
      while (position < text.length && !" \t\n\r{}[]:,".includes(text[position])) position++;
    }
    return text.slice(start, position);
  }

  function value(first: string, depth: number): StrictJson {
    if (depth > maximumDepth) throw fail(`Nesting deeper than ${maximumDepth}`);
    if (first === "[") {
      const items: StrictJson[] = [];
      for (let next = token(); next !== "]"; next = token()) {
        if (next !== ",") items.push(value(next, depth + 1));
      }
      return items;
    }
    if (first === "{") {
      const members = new Map<string, StrictJson>();
      for (let next = token(); next !== "}"; next = token()) {
        if (next === ",") continue;
        const key = JSON.parse(next);
        if (members.has(key)) throw fail(`Key "${key}" appears twice`);
        token(); // the colon
        members.set(key, value(token(), depth + 1));
      }
      return members;
    }
    return JSON.parse(first);
  }

  const result = value(token(), 1);
  // The walk above is right for JSON, and lax: it takes a missing comma. This is not, and it comes
  // second because it knows no bound of the depth.
  JSON.parse(text);
  return result;
}
