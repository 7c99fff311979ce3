import { assertEquals, assertStringIncludes } from "@std/assert";
import { escapeMarkdown, renderMarkdown } from "../../../src/results/report/markdown.ts";

Deno.test("escapeMarkdown(): names show as they are", () => {
  assertEquals(escapeMarkdown("simclr_focal_oversample"), "simclr_focal_oversample");
  assertEquals(escapeMarkdown("_a_ b_"), "\\_a\\_ b\\_");
  assertEquals(escapeMarkdown("a | b\nc"), "a \\| b c");
  assertEquals(
    escapeMarkdown("<img> & [x](y) `z` *w*"),
    "&lt;img> &amp; \\[x\\](y) \\`z\\` \\*w\\*",
  );
});

Deno.test("renderMarkdown(): every kind of block", () => {
  const text = renderMarkdown({
    title: "Report",
    subtitle: "of <today>",
    sections: [{
      id: "one",
      title: "One",
      blocks: [
        { kind: "text", text: "Words." },
        {
          kind: "table",
          table: {
            caption: "n = 2",
            columns: ["name", "value"],
            rows: [["a|b", { text: "0.5", sort: 0.5 }], ["c", { text: "n/a" }]],
          },
        },
        {
          kind: "picture",
          picture: {
            name: "roc_curve",
            title: "ROC",
            caption: "n = 3",
            draw: () => Promise.resolve("<svg></svg>"),
          },
        },
        { kind: "commands", commands: ["deno task a", "echo ```"] },
        { kind: "heading", text: "p < 0.05" },
        { kind: "list", items: ["one", "*two*"] },
        {
          kind: "missing",
          what: "A thing",
          result: "ablation",
          command: "deno task b",
        },
        { kind: "missing", what: "Another", result: "ablation" },
      ],
    }],
  }, "figures");
  assertEquals(
    text,
    `# Report

of &lt;today>

## One

Words.

n = 2:

| name | value |
| --- | ---: |
| a\\|b | 0.5 |
| c | n/a |

![ROC. n = 3](figures/roc_curve.svg)

\`\`\`\`sh
deno task a
echo \`\`\`
\`\`\`\`

### p &lt; 0.05

- one
- \\*two\\*

> Missing: A thing. Make it with:
>
> \`\`\`sh
> deno task b
> \`\`\`

> Missing: Another
`,
  );
  assertStringIncludes(text, "a\\|b");
});
