/** The engine of all experiments, on cells that do not train. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { UserError } from "../../src/errors.ts";
import {
  type Cell,
  type CellRunner,
  Experiment,
  hereRunner,
  runCell,
} from "../../src/experiments/experiment.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "experiment_" });
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

function cell<Result = string>(
  folder: string,
  name: string,
  own: Partial<Cell<Result>> = {},
): Cell<Result> {
  return {
    name,
    title: name,
    folder: `${folder}/${name}`,
    run: () => Promise.resolve(name as Result),
    ...own,
  };
}

const failing = { run: () => Promise.reject(new UserError("Training diverged")) };

/** Runs a plan; names of the cells in the order in which they began. */
async function run(cells: Cell[], runners?: CellRunner[]) {
  const started: string[] = [];
  const experiment = await Experiment.open(cells);
  await experiment.run({
    runners,
    events: { started: ({ name }) => void started.push(name) },
  });
  return { experiment, started };
}

Deno.test("a cell runs once, and again where it has failed; NaN is kept", () =>
  inFolder(async (folder) => {
    let runs = 0;
    const settings = { seed: 1, epochs: 5 };
    const one = cell<unknown>(folder, "one", {
      settings,
      run: () => Promise.resolve({ runs: ++runs, auroc: NaN }),
    });
    await assertRejects(() => runCell({ ...one, run: () => Promise.reject(new Error("no")) }));
    const result = { runs: 1, auroc: NaN };
    assertEquals(await runCell(one), { result, fresh: true });
    // The order of the settings does not matter.
    const again = { ...one, settings: { epochs: 5, seed: 1 } };
    assertEquals(await runCell(again), { result, fresh: false });
    assert(!existsSync(`${folder}/one/started.json`));
    const { experiment } = await run([again]);
    assertEquals([experiment.result(again), experiment.isFresh(again)], [result, false]);
    // A result that is of no more use is made again.
    assertEquals((await runCell({ ...one, usable: () => false })).result, { runs: 2, auroc: NaN });
  }));

Deno.test("a folder of a run with other settings is refused with what differs, done or half done", () =>
  inFolder(async (folder) => {
    const open = (name: string, settings: Cell["settings"]) =>
      Experiment.open([cell(folder, name, { settings })]);
    await runCell(cell(folder, "done", { settings: { seed: 1, epochs: 5 } }));
    await assertRejects(
      () => open("done", { seed: 1, epochs: 6, data: "PTB-XL" }),
      UserError,
      'had other settings: epochs 5, now 6; data none, now "PTB-XL". Give the same',
    );
    const stopped = { settings: { epochs: 5 }, run: () => Promise.reject(new Error("stopped")) };
    await assertRejects(() => runCell(cell(folder, "half", stopped)), Error, "stopped");
    await open("half", { epochs: 6 }); // it had not begun
    await Deno.writeTextFile(`${folder}/half/state.safetensors`, "");
    await assertRejects(() => open("half", { epochs: 6 }), UserError, "half: The run in");
    assertEquals((await open("half", { epochs: 5 })).pending.length, 1);

    for (const text of ["", "[]", "null", '{"settings": 1}', '{"settings": {}}']) {
      await Deno.writeTextFile(`${folder}/done/done.json`, text);
      await assertRejects(() => open("done", {}), UserError, "it is not a run's result");
    }
  }));

Deno.test("cells wait for those that they need, and are lost with them", () =>
  inFolder(async (folder) => {
    const planOf = (own: Partial<Cell<string>>) => {
      const good = cell(folder, "encoder", { auxiliary: true });
      const bad = cell(folder, "bad encoder", { auxiliary: true, ...own });
      const onEncoder: Partial<Cell<string>> = {
        needs: [good],
        run: ({ resultOf }) => Promise.resolve(`on ${resultOf(good)}`),
      };
      return [
        good,
        cell(folder, "on encoder", onEncoder),
        bad,
        cell(folder, "on bad", { needs: [bad] }),
        cell(folder, "alone"),
      ];
    };
    const plan = planOf(failing);
    const { experiment, started } = await run(plan, [hereRunner, hereRunner]);
    assertEquals(started.toSorted(), ["alone", "bad encoder", "encoder", "on encoder"]);
    assert(started.indexOf("encoder") < started.indexOf("on encoder"));
    assertEquals(experiment.result(plan[1]), "on encoder");
    assertEquals(experiment.failures.map(({ name }) => name), ["bad encoder", "on bad"]);
    assertEquals(experiment.error(plan[3])?.message, "bad encoder: Training diverged");

    // The next time only what failed is tried again; an encoder that nobody needs is not made.
    await Deno.remove(`${folder}/encoder`, { recursive: true });
    assertEquals((await run(planOf({}))).started, ["bad encoder", "on bad"]);
  }));

Deno.test("settings may follow from the results of needed cells", () =>
  inFolder(async (folder) => {
    const plan = (sha: string): Cell[] => {
      const encoder = cell(folder, "encoder", {
        settings: { sha },
        run: () => Promise.resolve(sha),
      });
      const head = cell(folder, "head", {
        needs: [encoder],
        settings: (resultOf) => ({ encoder: resultOf(encoder) }),
      });
      return [encoder, head];
    };
    assertEquals((await run(plan("a"))).started, ["encoder", "head"]);
    assertEquals((await run(plan("a"))).started, []);
    // Made again to the same bytes, the encoder leaves what was trained on it in place.
    await Deno.remove(`${folder}/encoder`, { recursive: true });
    assertEquals((await run(plan("a"))).started, ["encoder"]);
    await Deno.remove(`${folder}/encoder`, { recursive: true });
    await assertRejects(() => run(plan("b")), UserError, 'encoder "a", now "b"');
  }));

Deno.test("the first failure ends a plan that asks for it; bugs and a lost signal end any", () =>
  inFolder(async (folder) => {
    const plan = [cell(folder, "a", failing), cell(folder, "b")];
    const experiment = await Experiment.open(plan);
    await assertRejects(
      () => experiment.run({ stopAtFailure: true }),
      UserError,
      "a: Training diverged",
    );
    assertEquals(experiment.pending, plan);
    const bug = cell(folder, "bug", { run: () => Promise.reject(new TypeError("bug")) });
    await assertRejects(() => run([bug]), TypeError, "bug");
    const reason = new Error("stopped");
    const stopped = await Experiment.open(plan);
    await assertRejects(() => stopped.run({ signal: AbortSignal.abort(reason) }), Error, "stopped");
  }));
