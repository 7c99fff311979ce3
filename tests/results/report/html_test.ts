import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { barChart } from "../../../src/plots/bar_chart.ts";
import { curves, type ReportDocument } from "../../../src/results/report/document.ts";
import { escapeHtml, scriptJson } from "../../../src/results/report/html/escape.ts";
import { renderPage } from "../../../src/results/report/html/page.ts";
import { themeCss } from "../../../src/results/report/html/theme_css.ts";
import { chartColors } from "../../../src/plots/style.ts";

/** A name that would break out of elements, attributes, scripts and ids. */
const NASTY = `</script><img src="http://x.y/z" onerror='a()'> & id="clip0" | *b*`;

const document: ReportDocument = {
  title: NASTY,
  subtitle: NASTY,
  sections: [{
    id: "first",
    title: NASTY,
    blocks: [
      { kind: "text", text: NASTY },
      {
        kind: "table",
        table: {
          caption: NASTY,
          columns: [NASTY, "value"],
          rows: [[NASTY, { text: "1,234 ± 5", sort: 1234 }], ["b", { text: "n/a" }]],
        },
      },
      curves("lines", {
        title: NASTY,
        caption: NASTY,
        y: { title: "Loss (nats)" },
        panels: [{
          x: { title: "Epoch" },
          series: [{ name: NASTY, x: [1, 2, 3], y: [0.123456, NaN, 2], low: [0, 0, 1] }],
        }],
      }),
      {
        kind: "picture",
        picture: {
          name: "bars",
          title: "Bars",
          caption: "n = 1",
          draw: (theme) =>
            barChart({
              title: "Bars",
              valueTitle: "v",
              bars: [{ name: NASTY, value: 1 }],
              ...(theme && { theme }),
            }),
        },
      },
      { kind: "commands", commands: [NASTY] },
      { kind: "heading", text: NASTY },
      { kind: "list", items: [NASTY] },
      { kind: "missing", what: NASTY, result: "ablation", command: NASTY },
    ],
  }],
};

Deno.test("escapeHtml(), scriptJson(): nothing ends an attribute, an element or a script", () => {
  assertEquals(
    escapeHtml(`<a b='c' d="e">&amp;`),
    "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;",
  );
  assertEquals(JSON.parse(scriptJson({ a: NASTY })), { a: NASTY });
  assert(!scriptJson({ a: NASTY }).includes("</"));
});

Deno.test("page: names cannot add elements, and nothing is loaded from elsewhere", async () => {
  const html = await renderPage(document);
  const markup = html.replaceAll(/<script[\s\S]*?<\/script>/g, "");
  assert(!markup.includes("<img"));
  // Neither addresses nor anything else that a browser would fetch, in any tag or style.
  for (const [tag] of markup.matchAll(/<[a-z][^>]*>/g)) {
    const bare = tag.replaceAll(/="[^"]*"/g, '=""');
    assert(!/\s(src|srcset|data|action|xmlns|on\w+)=/.test(bare), tag);
    for (const [, target] of tag.matchAll(/\shref="([^"]*)"/g)) assert(target.startsWith("#"), tag);
  }
  assert(!/@import|url\((?!#)/.test(markup));
  assertStringIncludes(html, "default-src 'none'");
  assertEquals(html.match(/<h1>/g)?.length, 1);
  assertEquals(html.match(/<script/g)?.length, 2, "the page's own and the values of one figure");
});

Deno.test("page: the script parses, and the values of curves are those of the figure", async () => {
  const html = await renderPage(document);
  const [values, code] = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, text]) => text);
  new Function(code);
  assertEquals(JSON.parse(values), [{
    x: "Epoch",
    y: "Loss (nats)",
    series: [{ name: NASTY, x: [1, 2, 3], y: [0.1235, null, 2], low: [0, 0, 1] }],
  }]);
});

Deno.test("page: ids are unique, and every reference has its target", async () => {
  const html = await renderPage(document);
  const markup = html.replaceAll(/<script[\s\S]*?<\/script>/g, "");
  const ids = [...markup.matchAll(/<[^>]*\sid="([^"]+)"/g)].map(([, id]) => id);
  assertEquals(new Set(ids).size, ids.length, ids.join());
  const references = [...markup.matchAll(/url\(#([^)]+)\)|href="#([^"]+)"/g)];
  assert(references.length >= 2, "a clip path and the contents");
  for (const [, url, href] of references) assert(ids.includes(url ?? href), url ?? href);
});

Deno.test("page: tables carry what they sort by, titles are buttons", async () => {
  const html = await renderPage(document);
  assertStringIncludes(html, '<td data-sort="1234">1,234 ± 5</td>');
  assertStringIncludes(html, "<td>n/a</td>");
  assertEquals(html.match(/<th scope="col"><button type="button">/g)?.length, 2);
});

Deno.test("theme: each color of a chart has a rule, both themes declare each property", () => {
  const css = themeCss();
  const properties = [...css.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
  for (const name of new Set(properties)) {
    // Light, dark by the system, dark by the switch, print.
    assertEquals(css.split(`${name}: #`).length - 1, 4, name);
  }
  for (const color of chartColors("light").series) {
    assertStringIncludes(css, `.chart [stroke="${color}"]`);
  }
});
