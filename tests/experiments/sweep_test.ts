import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { existsSync } from "node:fs";
import { UserError } from "../../src/errors.ts";
import { earlierResult, runOnce } from "../../src/experiments/sweep.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sweep_" });
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

Deno.test("a run is done once, and again where it has failed", () =>
  inFolder(async (folder) => {
    let runs = 0;
    const run = () => Promise.resolve({ runs: ++runs });
    const settings = { seed: 1, epochs: 5 };
    await assertRejects(() => runOnce(folder, settings, () => Promise.reject(new Error("no"))));
    assertEquals(earlierResult(folder, settings), undefined);
    assertEquals(await runOnce(folder, settings, run), { result: { runs: 1 }, fresh: true });
    // The order of the settings does not matter.
    const again = await runOnce(folder, { epochs: 5, seed: 1 }, run);
    assertEquals(again, { result: { runs: 1 }, fresh: false });
    assertEquals(earlierResult(folder, settings), { runs: 1 });
    assert(!existsSync(`${folder}/started.json`));
  }));

Deno.test("a run with other settings is refused with what differs, done or half done", () =>
  inFolder(async (folder) => {
    const done = `${folder}/done`;
    await runOnce(done, { seed: 1, epochs: 5 }, () => Promise.resolve(1));
    assertThrows(
      () => earlierResult(done, { seed: 1, epochs: 6, data: "PTB-XL" }),
      UserError,
      'had other settings: epochs 5, now 6; data none, now "PTB-XL". Give the same',
    );
    const half = `${folder}/half`;
    const stopped = () => Promise.reject(new Error("stopped"));
    await assertRejects(() => runOnce(half, { epochs: 5 }, stopped), Error, "stopped");
    assertEquals(earlierResult(half, { epochs: 6 }), undefined, "it had not begun");
    await Deno.writeTextFile(`${half}/state.safetensors`, "");
    assertThrows(() => earlierResult(half, { epochs: 6 }), UserError, "epochs 5, now 6");
    assertEquals(earlierResult(half, { epochs: 5 }), undefined);
  }));

Deno.test("a damaged result is named", () =>
  inFolder(async (folder) => {
    for (const text of ["", "[]", "null", '{"settings": 1}', '{"settings": {}}']) {
      await Deno.writeTextFile(`${folder}/done.json`, text);
      assertThrows(() => earlierResult(folder, {}), UserError, "it is not a run's result");
    }
  }));

Deno.test("a result that is of no use is made anew", () =>
  inFolder(async (folder) => {
    let runs = 0;
    const once = (usable: (result: number) => boolean) =>
      runOnce(folder, {}, () => Promise.resolve(++runs), usable);
    assertEquals(await once(() => false), { result: 1, fresh: true });
    assertEquals(await once((result) => result === 1), { result: 1, fresh: false });
    assertEquals(await once((result) => result > 1), { result: 2, fresh: true });
    assertEquals(await once((result) => result > 1), { result: 2, fresh: false });
  }));
