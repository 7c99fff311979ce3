import { assertEquals } from "@std/assert";
import { renderText } from "../../../src/results/report/plain_text.ts";

Deno.test("text: underlined headings, wrapped paragraphs, aligned tables, no pictures", () => {
  const text = renderText({
    title: "a_b",
    subtitle: "word ".repeat(30).trim(),
    sections: [{
      id: "one",
      title: "p < 0.05",
      blocks: [
        { kind: "text", text: "Words." },
        { kind: "heading", text: "More" },
        { kind: "list", items: ["one", "more ".repeat(25).trim()] },
        {
          kind: "table",
          table: {
            caption: "n = 3",
            columns: ["metric", "p", ""],
            rows: [["f1_macro", { text: "0.04", sort: 0.04 }, "*"]],
          },
        },
        {
          kind: "picture",
          picture: { name: "a", title: "A", caption: "", draw: () => Promise.resolve("") },
        },
        { kind: "commands", commands: ["a", "b"] },
        { kind: "missing", what: "A thing", result: "ablation" },
      ],
    }],
  }, 96);
  assertEquals(
    text,
    `a_b
===

${"word ".repeat(19).trim()}
${"word ".repeat(11).trim()}

p < 0.05
--------

Words.

More
~~~~

- one
- ${"more ".repeat(19).trim()}
  ${"more ".repeat(6).trim()}

n = 3:

metric       p
────────  ────  ─
f1_macro  0.04  *

a
b

Missing: A thing
`,
  );
});
