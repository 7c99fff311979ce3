import { assert, assertEquals } from "@std/assert";
import { loadMitBih, mitBih } from "../../../src/data/datasets/mit_bih.ts";
import { downloadDataSet } from "../../../src/data/download/download.ts";
import { withFolder } from "../files/record_files.ts";
import { MITDB_EXTRAS, serveMitBih } from "./mitdb_server.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

// Header, signals and annotations of seven records, RECORDS, ANNOTATORS.
const FILES = 3 * 7 + 2;

Deno.test("fetching MIT-BIH brings a set that loads, survives a bad server, and fetches nothing twice", () =>
  withFolder(async (folder) => {
    await using server = serveMitBih();
    server.faults.drop.add("100.dat");
    server.faults.corrupt.set("101.atr", 1);
    server.faults.status.set("102.hea", { code: 503, times: 1 });
    const options = { destination: `${folder}/set`, baseUrl: server.url, pause: 5 };
    const first = await downloadDataSet(mitBih.files!, options);
    assertEquals([first.files, first.downloaded, first.kept], [FILES, FILES, 0]);
    for (const [name, content] of server.files) {
      if (MITDB_EXTRAS.includes(name)) continue;
      assertEquals(Deno.readFileSync(`${folder}/set/${name}`), content, name);
    }
    assert(!server.requests.some((request) => /mitdbdir|x_mitdb/.test(request)));
    assert(server.requests.some((request) => request.startsWith("GET 100.dat bytes=")));
    assertEquals((await loadMitBih(`${folder}/set`)).ids.length, 10);

    server.requests.length = 0;
    assertEquals((await downloadDataSet(mitBih.files!, options)).kept, FILES);
    assertEquals(server.requests, []);
    Deno.writeTextFileSync(`${folder}/set/106.hea`, "damaged");
    assertEquals(
      (await downloadDataSet(mitBih.files!, { ...options, verify: true })).downloaded,
      1,
    );
  }));

Deno.test("fetching MIT-BIH says that an address offers no records", () =>
  withFolder(async (folder) => {
    await using server = serveMitBih();
    server.replace("SHA256SUMS.txt", `${"0".repeat(64)} LICENSE.txt\n`, false);
    const error = await rejectsUserError(
      () => downloadDataSet(mitBih.files!, { destination: folder, baseUrl: server.url }),
      "it lists no records",
    );
    assertEquals(error.facts?.remedy, "other-address");
  }));
