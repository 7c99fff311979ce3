import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseStrictJson, type StrictJson } from "../../src/checkpoint/strict_json.ts";

/** Maps to plain objects, to compare with JSON.parse. */
function plain(value: StrictJson): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

Deno.test("parseStrictJson() agrees with JSON.parse on any JSON", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), fc.nat(2), (text, space) => {
    const spaced = JSON.stringify(JSON.parse(text), null, space);
    assertEquals(plain(parseStrictJson(spaced)), JSON.parse(spaced));
  }));
});

Deno.test("parseStrictJson() refuses whatever JSON.parse refuses", () => {
  const letters = fc.constantFrom(...'{}[]:,"\\ 019-+.eEtruefalsn\n\u0001');
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        assertThrows(() => parseStrictJson(text), SyntaxError);
        return;
      }
      assertEquals(plain(parseStrictJson(text)), expected);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseStrictJson() keeps order, refuses repeated keys and deep nesting", () => {
  const keys = [...(parseStrictJson('{"b":1,"1":2,"0":3,"__proto__":4}') as Map<string, number>)];
  assertEquals(keys, [["b", 1], ["1", 2], ["0", 3], ["__proto__", 4]]);
  assertThrows(() => parseStrictJson('{"a":1,"\\u0061":2}'), SyntaxError, '"a" appears twice');
  assertThrows(() => parseStrictJson("[".repeat(17) + "]".repeat(17)), SyntaxError, "deeper");
  assertEquals(parseStrictJson("[".repeat(16) + "]".repeat(16)) instanceof Array, true);
});
