import { assertEquals } from "@std/assert";
import {
  type Block,
  renderMarkdown,
  renderText,
} from "../../../src/results/report/report_blocks.ts";

const blocks: Block[] = [
  { kind: "heading", level: 1, text: "a_b" },
  { kind: "heading", level: 2, text: "p < 0.05" },
  { kind: "paragraph", text: "word ".repeat(30).trim() },
  { kind: "list", items: ["one", "more ".repeat(25).trim()] },
  { kind: "table", columns: ["metric", "p", ""], rows: [["f1_macro", "0.04", "*"]] },
];

Deno.test("text: underlined headings, wrapped paragraphs, aligned tables", () => {
  assertEquals(
    renderText(blocks),
    `a_b
===

p < 0.05
--------

${"word ".repeat(19).trim()}
${"word ".repeat(11).trim()}

- one
- ${"more ".repeat(19).trim()}
  ${"more ".repeat(6).trim()}

metric       p
────────  ────  ─
f1_macro  0.04  *
`,
  );
});

Deno.test("Markdown: one line a paragraph; what is markup elsewhere is escaped", () => {
  assertEquals(
    renderMarkdown(blocks),
    `# a_b

## p &lt; 0.05

${"word ".repeat(30).trim()}

- one
- ${"more ".repeat(25).trim()}

| metric | p |  |
| :-- | --: | --: |
| f1_macro | 0.04 | \\* |
`,
  );
});
