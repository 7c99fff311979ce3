/** `generate-publication-report` and `generate-visualizations` as a user runs them. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { writeExampleResults } from "../results/report/example_results.ts";
import { readPng } from "../support/png.ts";
import { Playground, setting } from "./command_line.ts";

Deno.test("generate-publication-report: one page and one Markdown file from all results", () =>
  Playground.with(async (ground) => {
    const individual = writeExampleResults(ground.folder);
    const out = await ground.succeed("generate-publication-report", []);
    assertStringIncludes(setting(out, "Results"), "8 runs, 7 files");
    const markdown = Deno.readTextFileSync(ground.path("results/report/report.md"));
    const html = Deno.readTextFileSync(ground.path("results/report/report.html"));
    // Every number of a configuration stands in both, beside its name.
    for (const [name, results] of Object.entries(individual)) {
      const values = results.map(({ auroc_macro }) => auroc_macro);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert(markdown.includes(`| ${name} | 3 | ${mean.toFixed(4)} ± `), name);
      assertStringIncludes(html, `>${mean.toFixed(4)} ± `);
    }
    for (const [, path] of markdown.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
      assert(existsSync(ground.path(`results/report/${path}`)), path);
    }
    assertEquals(html.match(/<figure /g)?.length, markdown.match(/^!\[/gm)?.length);
    assert(!/Missing: /.test(markdown), "the example has a file for every section");
    assertStringIncludes(html, "out of &lt;memory&gt;");
    // Its own files are no results: once more gives the same.
    await ground.succeed("generate-publication-report", []);
    assertEquals(Deno.readTextFileSync(ground.path("results/report/report.md")), markdown);
  }));

Deno.test("generate-publication-report: empty and damaged results", () =>
  Playground.with(async (ground) => {
    const out = await ground.succeed("generate-publication-report", [
      "--output-dir",
      "made/report",
    ]);
    assertStringIncludes(setting(out, "Missing"), "Results of classifiers");
    const markdown = Deno.readTextFileSync(ground.path("made/report/report.md"));
    assertStringIncludes(markdown, "> deno task train-multiseed");
    assert(!/\d\.\d{4}/.test(markdown), "there is no number without a run");

    Deno.mkdirSync(ground.path("results"));
    Deno.writeTextFileSync(ground.path("results/phase2_multiseed_results.json"), '{"seeds": [42');
    const damaged = await ground.succeed("generate-publication-report", []);
    assertStringIncludes(setting(damaged, "Damaged"), "phase2_multiseed_results.json");
    assertStringIncludes(
      Deno.readTextFileSync(ground.path("results/report/report.md")),
      "Files that could not be read",
    );

    Deno.writeTextFileSync(ground.path("file"), "");
    const { code, error } = await ground.run("generate-publication-report", [
      "--results-dir",
      "file",
    ]);
    assertEquals(code, 1);
    assertStringIncludes(error, "file is not a folder");
  }));

Deno.test("generate-visualizations: every figure three times, and what cannot be drawn", () =>
  Playground.with(async (ground) => {
    writeExampleResults(ground.folder);
    Deno.removeSync(ground.path("results/linear_probe.json"));
    const out = await ground.succeed("generate-visualizations", ["--scale", 1]);
    for (const name of ["roc_curve", "label_efficiency", "robustness_comparison", "calibration"]) {
      assertStringIncludes(out, `Drawn  figures/${name}.svg`);
      const light = Deno.readTextFileSync(ground.path(`figures/${name}.svg`));
      const dark = Deno.readTextFileSync(ground.path(`figures/${name}_dark.svg`));
      assert(light.includes('fill="#ffffff"') && dark.includes('fill="#0d1117"'), name);
      const png = readPng(ground.bytes(`figures/${name}.png`));
      assertEquals(png.width, Number(light.match(/width="(\d+)"/)![1]));
      assert(png.ink(0, 0, png.width, png.height) > 0.003, `${name} is empty`);
    }
    assertStringIncludes(out, "Not drawn  probes: missing Probes of frozen encoders");
    assertStringIncludes(out, "deno task linear-probe --checkpoint");
    assert(!existsSync(ground.path("figures/probes.svg")));
  }));
