import { assertEquals, assertStringIncludes } from "@std/assert";
import { serveMitBih } from "../data/download/mitdb_server.ts";
import { Playground } from "./command_line.ts";

Deno.test("fetch-mitbih: stopped by Ctrl-C it goes on; then the set can be analyzed", () =>
  Playground.with(async (ground) => {
    await using server = serveMitBih();
    const args = ["--out", "mitdb", "--base-url", server.url, "--jobs", 2];
    if (Deno.build.os !== "windows") {
      server.faults.silent.add("201.dat");
      const child = ground.command("fetch-mitbih", args).spawn();
      server.onRequest = (name) => {
        if (name === "201.dat") child.kill("SIGINT");
      };
      const { code, stderr } = await child.output();
      assertEquals(code, 130);
      assertStringIncludes(new TextDecoder().decode(stderr), "run the same command again");
      server.onRequest = undefined;
      server.faults.silent.clear();
    }
    const out = await ground.succeed("fetch-mitbih", args);
    assertStringIncludes(out, "all 23 in mitdb are verified");
    assertStringIncludes(out, "analyze-datasets --mitbih-root mitdb");
    assertStringIncludes(await ground.succeed("fetch-mitbih", args), "All 23 files");
    const analysis = await ground.succeed("analyze-datasets", ["--mitbih-root", "mitdb"]);
    assertStringIncludes(analysis, "7 of 48 are here and whole");
  }, 1));

Deno.test("fetch-mitbih tells what is wrong and ends with the right code", () =>
  Playground.with(async (ground) => {
    await using server = serveMitBih();
    const wrong = await ground.run("fetch-mitbih", ["--base-url", `${server.url}y`]);
    assertEquals(wrong.code, 1);
    assertStringIncludes(wrong.error, "404");
    const usage = await ground.run("fetch-mitbih", ["--jobs", 0]);
    assertEquals(usage.code, 2);
    assertStringIncludes(usage.error, "[1, 64]");
    Deno.writeTextFileSync(ground.path("file"), "");
    const args = ["--out", "file/x", "--base-url", server.url];
    const blocked = await ground.run("fetch-mitbih", args);
    assertEquals(blocked.code, 1);
    assertStringIncludes(blocked.error, "file/x");
  }, 1));
