import { assertEquals } from "@std/assert";
import { findEcgsSync } from "../../../src/data/files/find_ecgs.ts";
import { withFolder } from "./record_files.ts";

function withFiles(body: (folder: string) => void): Promise<void> {
  return withFolder((folder) => {
    Deno.mkdirSync(`${folder}/deep`);
    Deno.mkdirSync(`${folder}/empty`);
    const names = ["b.hea", "b.mat", "a.csv", "c.MAT", "deep/d.hea", "deep/d.dat", "notes.txt"];
    for (const name of [...names, ".hidden.csv", "deep/e.csv"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "");
    }
    body(folder);
  });
}

Deno.test("findEcgsSync: a folder stands for the ECGs in it and below it", () =>
  withFiles((folder) => {
    const names = ["a.csv", "b", "c.MAT", "deep/d", "deep/e.csv"];
    for (const given of [folder, `${folder}/`]) {
      assertEquals(findEcgsSync([given]), {
        paths: names.map((name) => `${folder}/${name}`),
        leftOut: [],
      });
    }
  }));

Deno.test("findEcgsSync: what a shell makes of folder/*, each record once", () =>
  withFiles((folder) => {
    const given = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).sort();
    const { paths, leftOut } = findEcgsSync(given.filter((path) => !path.includes(".hidden")));
    const names = ["a.csv", "b", "c.MAT", "deep/d", "deep/e.csv"];
    assertEquals(paths, names.map((name) => `${folder}/${name}`));
    assertEquals(leftOut, [
      {
        path: `${folder}/empty`,
        reason:
          `Found no ECG in ${folder}/empty: need WFDB records (.hea), .mat or .csv files in ` +
          "it or below it",
      },
      {
        path: `${folder}/notes.txt`,
        reason: `Cannot read ${folder}/notes.txt: need a WFDB record (.hea), a .mat or a .csv file`,
      },
    ]);
  }));

Deno.test("findEcgsSync: what is not there is for the reader to say; a record beats its folder", () =>
  withFiles((folder) => {
    Deno.writeTextFileSync(`${folder}/deep.hea`, "");
    const given = [`${folder}/none`, `${folder}/none.csv`, `${folder}/deep`];
    assertEquals(findEcgsSync(given), { paths: given, leftOut: [] });
  }));
