/**
 * A JSON parser for headers that come from strangers. Unlike `JSON.parse` it refuses a key that
 * stands twice in one object (two readers could then see two different files), keeps the order of
 * all keys (also of those that look like array indices), treats `__proto__` like any other name,
 * and bounds the depth.
 *
 * @module
 */

/** What {@linkcode parseStrictJson} returns; objects become maps in the order of the text. */
export type StrictJson = null | boolean | number | string | StrictJson[] | Map<string, StrictJson>;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Parses one JSON value that fills the text but for surrounding white space.
 *
 * @param text JSON
 * @param maximumDepth Deepest nesting of arrays and objects that is accepted
 * @throws {SyntaxError} If the text is not JSON, repeats a key or nests too deep
 */
export function parseStrictJson(text: string, maximumDepth = 16): StrictJson {
  let position = 0;

  function fail(problem: string): never {
    throw new SyntaxError(`${problem} at character ${position}`);
  }

  function token(pattern: RegExp): string | undefined {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  }

  function punctuation(): string {
    token(SPACE);
    const found = text[position];
    if (found === undefined) fail("Text ends early");
    position++;
    return found;
  }

  function string(): string {
    token(SPACE);
    if (text[position] !== '"') fail("Expected a string");
    // Scanned by hand: a regular expression needs stack in proportion to the string.
    let end = position + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    if (end >= text.length) fail("String without an end");
    const quoted = text.slice(position, end + 1);
    position = end + 1;
    return JSON.parse(quoted); // refuses bad escapes and control characters
  }

  function value(depth: number): StrictJson {
    if (depth > maximumDepth) fail(`Nesting deeper than ${maximumDepth}`);
    token(SPACE);
    switch (text[position]) {
      case "{":
        return object(depth);
      case "[":
        return array(depth);
      case '"':
        return string();
    }
    for (const [word, meaning] of [["null", null], ["true", true], ["false", false]] as const) {
      if (text.startsWith(word, position)) {
        position += word.length;
        return meaning;
      }
    }
    const number = token(NUMBER);
    if (number === undefined) fail("Expected a value");
    return Number(number);
  }

  function object(depth: number): Map<string, StrictJson> {
    const members = new Map<string, StrictJson>();
    position++;
    token(SPACE);
    if (text[position] === "}") {
      position++;
      return members;
    }
    while (true) {
      const key = string();
      if (members.has(key)) fail(`Key "${key}" stands twice`);
      if (punctuation() !== ":") fail("Expected a colon");
      members.set(key, value(depth + 1));
      const next = punctuation();
      if (next === "}") return members;
      if (next !== ",") fail("Expected a comma or a closing brace");
    }
  }

  function array(depth: number): StrictJson[] {
    const items: StrictJson[] = [];
    position++;
    token(SPACE);
    if (text[position] === "]") {
      position++;
      return items;
    }
    while (true) {
      items.push(value(depth + 1));
      const next = punctuation();
      if (next === "]") return items;
      if (next !== ",") fail("Expected a comma or a closing bracket");
    }
  }

  const result = value(1);
  token(SPACE);
  if (position !== text.length) fail("Text goes on after the value");
  return result;
}
