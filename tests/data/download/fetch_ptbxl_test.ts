import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { dirname } from "node:path";
import { ptbXlFiles } from "../../../src/data/datasets/ptb_xl.ts";
import { downloadDataSet, type DownloadOptions } from "../../../src/data/download/download.ts";
import { findHeaders } from "../../../src/data/files/wfdb/find_records.ts";
import { flipBits, withFolder } from "../files/record_files.ts";
import type { FileServer } from "./file_server.ts";
import { servePtbXl } from "./ptbxl_server.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

const RECORDS = 12;
// RECORDS, LICENSE.txt, two tables, and .hea and .dat of each record.
const FILES_100 = 4 + 2 * RECORDS;

const fetchPtbXl = (
  { resolution = 100, ...options }: DownloadOptions & { resolution?: 100 | 500 | "both" },
) => downloadDataSet(ptbXlFiles(resolution), options);

type Call = Partial<Parameters<typeof fetchPtbXl>[0]>;

async function fails(action: () => Promise<unknown>, ...words: string[]) {
  const error = await rejectsUserError(action);
  for (const word of words) assertStringIncludes(error.message, word);
  return error;
}

/** A server, an empty folder, and a download between them with short pauses. */
async function withServer(
  body: (
    server: FileServer,
    folder: string,
    download: (changes?: Call) => ReturnType<typeof fetchPtbXl>,
  ) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await using server = await servePtbXl(RECORDS);
    await body(server, folder, (changes) =>
      fetchPtbXl({
        destination: `${folder}/set`,
        baseUrl: server.url,
        pause: 5,
        attempts: 4,
        ...changes,
      }));
  });
}

/** Every file of the server at 100 Hz lies in the folder, byte for byte, and no parts do. */
function assertComplete(server: FileServer, folder: string, both = false): void {
  let count = 0;
  for (const [name, content] of server.files) {
    if (name.startsWith("records500/") && !both) continue;
    assertEquals(Deno.readFileSync(`${folder}/set/${name}`), content, name);
    count++;
  }
  assertEquals(count, (both ? FILES_100 + 2 * RECORDS : FILES_100) + 1);
  assertEquals(findHeaders(`${folder}/set`).others.filter((name) => name.endsWith(".part")), []);
}

const someDat = (server: FileServer, index = 0) =>
  [...server.files.keys()].filter((n) => n.startsWith("records100/") && n.endsWith(".dat"))[index];

Deno.test("fetchPtbXl() downloads one resolution; a second call downloads nothing", () =>
  withServer(async (server, folder, download) => {
    const seen: number[] = [];
    const first = await download({ onProgress: (p) => seen.push(p.filesDone / p.filesTotal) });
    assertEquals(first.files, FILES_100);
    assertEquals([first.downloaded, first.kept, first.resumed], [FILES_100, 0, 0]);
    assertEquals(seen[seen.length - 1], 1);
    assertComplete(server, folder);
    assert(!server.requests.some((r) => r.includes("records500/")));
    // The tables come after all records.
    assert(server.requests.slice(-2).every((r) => r.endsWith(".csv")), server.requests.join());

    server.requests.length = 0;
    const second = await download();
    assertEquals([second.downloaded, second.kept, second.bytes], [0, FILES_100, 0]);
    assertEquals(server.requests, []);

    const large = await download({ resolution: "both" });
    assertEquals([large.downloaded, large.kept], [2 * RECORDS, FILES_100]);
    assertComplete(server, folder, true);
  }));

Deno.test("fetchPtbXl() takes the 500 Hz version alone", () =>
  withServer(async (server, folder, download) => {
    const { files } = await download({ resolution: 500 });
    assertEquals(files, FILES_100);
    assert([...Deno.readDirSync(`${folder}/set`)].some((e) => e.name === "records500"));
    assert(!server.requests.some((r) => r.includes("records100/")));
  }));

Deno.test("fetchPtbXl() survives a bad server", () =>
  withServer(async (server, folder, download) => {
    const [dropped, again, wrong, busy, limited] = [0, 1, 2, 3, 4].map((i) => someDat(server, i));
    server.faults.drop.add(dropped).add(again).add("ptbxl_database.csv");
    server.faults.ignoreRange.add(again);
    server.faults.corrupt.set(wrong, 1);
    server.faults.status.set(busy, { code: 503, times: 2 });
    server.faults.status.set(limited, { code: 429, times: 1, retryAfter: "0.02" });
    server.faults.status.set("SHA256SUMS.txt", { code: 500, times: 1 });
    const { downloaded } = await download({ concurrency: 3 });
    assertEquals(downloaded, FILES_100);
    assertComplete(server, folder);
    const half = server.files.get(dropped)!.length >> 1;
    // The dropped files were continued, not begun again.
    assert(server.requests.includes(`GET ${dropped} bytes=${half}-`), server.requests.join());
    assert(server.requests.includes(`GET ${again} bytes=${half}-`));
    assertEquals(server.requests.filter((r) => r === `GET ${wrong}`).length, 2);
    assertEquals(server.requests.filter((r) => r === `GET ${busy}`).length, 3);
  }));

Deno.test("fetchPtbXl() stops on a signal and goes on where it stopped", () =>
  withServer(async (server, folder, download) => {
    const controller = new AbortController();
    const cut = someDat(server, 8);
    server.faults.drop.add(cut);
    let count = 0;
    server.onRequest = () => {
      if (++count === 15) controller.abort(new Error("Ctrl-C"));
    };
    await assertRejects(
      () => download({ signal: controller.signal, concurrency: 2, pause: 60_000 }),
      Error,
      "Ctrl-C",
    );
    server.onRequest = undefined;
    const have = server.requests.length;
    assert(have >= 15 && have < FILES_100, `${have} requests before the stop`);
    assert(
      ![...Deno.readDirSync(`${folder}/set`)]
        .some((e) => e.name === "ptbxl_database.csv"),
    );
    const rest = await download();
    assert(rest.kept > 0 && rest.kept + rest.downloaded === FILES_100, JSON.stringify(rest));
    assertComplete(server, folder);
  }));

Deno.test("fetchPtbXl() continues a part that an earlier call left", () =>
  withServer(async (server, folder, download) => {
    const [good, bad, whole] = [0, 1, 2].map((i) => someDat(server, i));
    for (const name of [good, bad, whole]) {
      Deno.mkdirSync(dirname(`${folder}/set/${name}`), { recursive: true });
    }
    Deno.writeFileSync(`${folder}/set/${good}.part`, server.files.get(good)!.subarray(0, 5000));
    Deno.writeFileSync(`${folder}/set/${bad}.part`, new Uint8Array(5000).fill(7));
    Deno.writeFileSync(`${folder}/set/${whole}.part`, server.files.get(whole)!);
    const { resumed } = await download();
    assertEquals(resumed, 3);
    assertComplete(server, folder);
    assertEquals(
      server.requests.filter((r) => r.startsWith(`GET ${good}`)),
      [`GET ${good} bytes=5000-`],
    );
    // A part of something else: continued, found wrong, fetched from the beginning.
    assertEquals(
      server.requests.filter((r) => r.startsWith(`GET ${bad}`)),
      [`GET ${bad} bytes=5000-`, `GET ${bad}`],
    );
  }));

Deno.test("fetchPtbXl() replaces wrong files, and checks all of them with verify", () =>
  withServer(async (server, folder, download) => {
    const [shorter, sameSize] = [0, 1].map((i) => someDat(server, i));
    await download();
    Deno.writeTextFileSync(`${folder}/set/${shorter}`, "short");
    // Same size and time of change: only reading it shows that it is wrong.
    const path = `${folder}/set/${sameSize}`;
    const { mtime } = Deno.statSync(path);
    flipBits(path, 100);
    Deno.utimeSync(path, mtime!, mtime!);

    const second = await download();
    assertEquals([second.downloaded, second.kept], [1, FILES_100 - 1]);
    const third = await download({ verify: true });
    assertEquals([third.downloaded, third.kept], [1, FILES_100 - 1]);
    Deno.writeTextFileSync(`${folder}/set/SHA256SUMS.txt`, "damaged");
    assertEquals((await download()).kept, FILES_100);
    assertComplete(server, folder);
  }));

Deno.test("fetchPtbXl() keeps right files that another program has put there", () =>
  withServer(async (server, folder, download) => {
    const name = someDat(server);
    Deno.mkdirSync(dirname(`${folder}/set/${name}`), { recursive: true });
    Deno.writeFileSync(`${folder}/set/${name}`, server.files.get(name)!);
    const { kept } = await download();
    assertEquals(kept, 1);
    assert(!server.requests.some((r) => r.startsWith(`GET ${name}`)));
  }));

Deno.test("fetchPtbXl() takes a new list of sums when the address changes", () =>
  withServer(async (server, folder, download) => {
    await download();
    await using other = await servePtbXl(RECORDS);
    other.replace("LICENSE.txt", "another license\n");
    const { downloaded } = await download({ baseUrl: other.url });
    assertEquals(downloaded, 1);
    assertComplete(other, folder);
    assert(server.requests.length > 0);
  }));

Deno.test("fetchPtbXl() names a file whose sum is wrong twice, and stops", () =>
  withServer(async (server, folder, download) => {
    const name = someDat(server, 3);
    server.faults.corrupt.set(name, 9);
    await fails(() => download(), name, "SHA-256");
    assertEquals(server.requests.filter((r) => r === `GET ${name}`).length, 2);
    assertThrows(() => Deno.statSync(`${folder}/set/${name}`), Deno.errors.NotFound);
    // Once the server is well again, so is the download.
    server.faults.corrupt.clear();
    await download();
    assertComplete(server, folder);
  }));

Deno.test("fetchPtbXl() turns what will not pass into a message", () =>
  withServer(async (server, folder, download) => {
    const name = someDat(server, 2);
    const files = server.files as Map<string, Uint8Array>;
    const content = files.get(name)!;
    files.delete(name);
    await fails(() => download(), name, "404");
    files.set(name, content);

    const lists = await fails(() => download({ baseUrl: `${server.url}nothing/` }), "404");
    assertEquals(lists.facts?.remedy, "other-address");

    server.replace("SHA256SUMS.txt", "<html>Log in</html>", false);
    const page = await fails(() => download({ destination: `${folder}/other` }), "line 1");
    assertEquals(page.facts?.remedy, "other-address");
    assertEquals([...Deno.readDirSync(`${folder}/other`)].length, 0);

    server.faults.status.set("SHA256SUMS.txt", { code: 502, times: 99 });
    const broken = { destination: `${folder}/broken`, attempts: 2 };
    await fails(() => download(broken), "502", "2 times in a row");
    server.faults.status.clear();

    server.faults.silent.add("SHA256SUMS.txt");
    const silent = { destination: `${folder}/silent`, attempts: 2, stall: 50 };
    await fails(() => download(silent), "no data for");

    Deno.writeTextFileSync(`${folder}/file`, "");
    await fails(() => download({ destination: `${folder}/file` }), `${folder}/file`);
  }));

Deno.test("fetchPtbXl() says what is wrong with an address", () =>
  withFolder(async (destination) => {
    // .invalid never resolves (RFC 2606); the port was free a moment ago.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const fetchFrom = (baseUrl: string) => () =>
      fetchPtbXl({ destination, attempts: 2, pause: 1, baseUrl });
    await fails(fetchFrom("http://nowhere.invalid/x"), "nowhere.invalid");
    await fails(fetchFrom(`http://127.0.0.1:${port}/`), "refused");
    for (const baseUrl of ["physionet.org", "file:///etc/", "::"]) {
      const error = await fails(fetchFrom(baseUrl));
      assertEquals(error.facts?.remedy, "other-address");
    }
  }));

// A full disk without filling one: /dev/full of Linux, through a link in place of the part.
Deno.test({
  name: "fetchPtbXl() says that the disk is full",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withServer(async (server, folder, download) => {
      const name = someDat(server);
      Deno.mkdirSync(dirname(`${folder}/set/${name}`), { recursive: true });
      Deno.symlinkSync("/dev/full", `${folder}/set/${name}.part`);
      await fails(() => download(), "disk is full");
    }),
});

Deno.test("fetchPtbXl() refuses impossible settings", async () => {
  const base = { destination: "unused", baseUrl: "http://127.0.0.1:1/" };
  await assertRejects(() => fetchPtbXl({ ...base, concurrency: 0 }), RangeError, "1 to 64");
  // @ts-expect-error: a resolution that PTB-XL does not have
  assertThrows(() => ptbXlFiles(250), RangeError, "250");
});
