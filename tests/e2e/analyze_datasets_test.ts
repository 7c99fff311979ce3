import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writeSmallMitdb } from "../support/small_mitdb.ts";
import { Playground } from "./command_line.ts";

/** A cohort, and MIT-BIH records in the default folder. */
const withBoth = (body: (ground: Playground) => Promise<void>) =>
  Playground.with(async (ground) => {
    const root = writeSmallMitdb();
    Deno.mkdirSync(ground.path("data/MIT-BIH/files/mitdb"), { recursive: true });
    Deno.renameSync(root, ground.path("data/MIT-BIH/files/mitdb/1.0.0"));
    await body(ground);
  }, 20);

Deno.test("analyze-datasets prints tables, writes JSON and pictures", () =>
  withBoth(async (ground) => {
    const damaged = "cohort/records100/00000/00003_lr";
    Deno.truncateSync(ground.path(`${damaged}.dat`), 1000);
    const out = await ground.succeed("analyze-datasets", [
      "--ptbxl-root",
      "cohort",
      "--records-root",
      "data/MIT-BIH",
      "--json",
      "deep/analysis.json",
      "--out-dir",
      "figures",
    ]);
    for (
      const line of [
        "Synthetic cohort in cohort",
        "lr_dat    20 of 20 (100 Hz)",
        "hr_dat    0 of 20 (500 Hz)",
        "train(1-8)",
        "val(9)",
        "test(10)",
        "Damaged at 100 Hz, 1 of 20:\n  records100/00000/00003_lr: 00003_lr.dat: the file is truncated",
        "No record is here at 500 Hz",
        "MIT-BIH in data/MIT-BIH/files/mitdb/1.0.0",
        ".hea      7",
        "7 of 48 are here and whole",
        "Records in data/MIT-BIH",
        "V1, MLII",
      ]
    ) assertStringIncludes(out, line);
    const { ptbxl, mitbih, records, verified } = ground.json("deep/analysis.json");
    assertEquals(verified, false);
    assertEquals([ptbxl.rows, ptbxl.parts.all.records, ptbxl.files.lr.dat], [20, 20, 20]);
    assertEquals(ptbxl.files.lr.damaged.map(({ file }: { file: string }) => file), [
      damaged.replace("cohort/", ""),
    ]);
    assertEquals([ptbxl.files.hr.missing, ptbxl.files.hr.missing_files], [20, []]);
    assertEquals(mitbih.files, { hea: 7, dat: 7, atr: 7 });
    assertEquals(records.rates, { 360: 7 });
    const figures = [...Deno.readDirSync(ground.path("figures"))].map(({ name }) => name).sort();
    assertEquals(figures, [
      "mitbih_windows.svg",
      "ptbxl_classes_by_age.svg",
      "ptbxl_classes_by_fold.svg",
      "ptbxl_classes_by_sex.svg",
      "ptbxl_cooccurrence.svg",
    ]);
    for (const name of figures) {
      const svg = Deno.readTextFileSync(ground.path(`figures/${name}`));
      assert(svg.startsWith("<svg") && !/NaN|undefined/.test(svg), name);
    }

    // The quick check passes over a changed sample, --verify finds it.
    const changed = ground.path("data/MIT-BIH/files/mitdb/1.0.0/100.dat");
    const bytes = Deno.readFileSync(changed);
    bytes[0] ^= 1;
    Deno.writeFileSync(changed, bytes);
    const quick = await ground.succeed("analyze-datasets", []);
    assertStringIncludes(quick, "PTB-XL: not found in data/PTB-XL");
    assertStringIncludes(quick, "7 of 48 are here");
    const verify = await ground.succeed("analyze-datasets", ["--verify"]);
    assertStringIncludes(verify, "6 of 48 are here");
    assertStringIncludes(verify, "100: 100.hea: signal 0 (MLII) starts with");
  }));

Deno.test("analyze-datasets says what is wrong, with the right code", () =>
  withBoth(async (ground) => {
    const fails = async (code: number, args: string[], ...texts: string[]) => {
      const result = await ground.run("analyze-datasets", args);
      const about = `${args.join(" ")}\n${result.out}\n${result.error}`;
      assertEquals(result.code, code, about);
      for (const text of texts) assert(result.error.includes(text), `${text} is missing: ${about}`);
      assert(!/\n +at |This is a bug/.test(result.error), about);
    };
    const none = ["--ptbxl-root", "no", "--mitbih-root", "none"];
    await fails(1, none, "Found no data set", "no record of MIT-BIH in none", "fetch-mitbih");
    await fails(2, ["--ptb-root", "x"], "--ptb-root", "--ptbxl-root");
    await fails(2, ["--verify", "yes"], "yes");
    Deno.writeTextFileSync(ground.path("file"), "");
    await fails(1, ["--json", "cohort"], "it is a folder", "--json");
    await fails(1, ["--json", "file/a.json"], "--json");
    await fails(1, ["--out-dir", "file"], "--out-dir");
    await fails(1, ["--records-root", "file"], "file", "not a folder");
    const table = ground.path("cohort/ptbxl_database.csv");
    const text = Deno.readTextFileSync(table);
    const broken = ["--ptbxl-root", "cohort"];
    Deno.writeTextFileSync(table, text.replace("'NORM'", "'NORMAL'"));
    await fails(1, broken, "NORMAL", "ecg_id");
    Deno.writeTextFileSync(table, "");
    await fails(1, broken, "ptbxl_database.csv");
    Deno.writeTextFileSync(table, text);
    Deno.removeSync(ground.path("cohort/scp_statements.csv"));
    await fails(1, broken, "scp_statements.csv", "missing");
  }));
