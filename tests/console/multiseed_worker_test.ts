/** Processes that do not train, but speak as a worker does. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { MultiseedWorker } from "../../src/console/multiseed_worker.ts";
import { UserError } from "../../src/errors.ts";
import { runTasks } from "../../src/experiments/multiseed.ts";
import type { ClassifierTask, PretrainTask } from "../../src/experiments/multiseed_plan.ts";

/** Does every task but those whose name says otherwise; `stop` ends it. */
const WORKER = `
  const say = (message) => console.log("\\x1e" + JSON.stringify(message));
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    for (const name of text.trim().split("\\n")) {
      console.log("a line that is no message");
      if (name === "stop") { console.error("stopped"); Deno.exit(130); }
      if (name.startsWith("hang")) continue;
      if (name.startsWith("die")) { console.error("out of", "memory"); Deno.exit(3); }
      say({ kind: "progress", epochs: 1.5 });
      if (name.startsWith("fail")) say({ kind: "failed", error: "Training diverged" });
      else say({ kind: "done", result: { name, pid: Deno.pid } });
    }
  }
`;
const COMMAND = { program: Deno.execPath(), args: ["eval", WORKER] };

const FOLDER = Deno.makeTempDirSync({ prefix: "worker_" });
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

function task(name: string, pretraining?: PretrainTask): ClassifierTask {
  return {
    kind: "classifier",
    name,
    configuration: { method: "supervised", loss: "bce", balancing: "standard" },
    seed: 1,
    epochs: 2,
    runFolder: `${FOLDER}/${name}`,
    out: `${FOLDER}/${name}.pt`,
    ...(pretraining ? { pretraining } : {}),
    settings: {},
  };
}

const pretraining = (name: string): PretrainTask => ({
  kind: "pretraining",
  name,
  method: "simclr",
  seed: 1,
  epochs: 1,
  batchSize: 4,
  runFolder: `${FOLDER}/${name}`,
  out: `${FOLDER}/${name}.pt`,
  settings: {},
});

/** The tasks in worker processes; names of those that were done, errors by name. */
async function runIn(count: number, tasks: (ClassifierTask | PretrainTask)[], abort?: AbortSignal) {
  const signal = abort ?? new AbortController().signal;
  const workers = Array.from({ length: count }, () => new MultiseedWorker(COMMAND, signal));
  const events: string[] = [];
  try {
    const { runs, failures } = await runTasks(tasks, workers, {
      signal,
      events: {
        started: ({ name }) => events.push(`started ${name}`),
        progress: ({ name }, epochs) => events.push(`${name} ${epochs}`),
        ended: ({ name }) => void events.push(`ended ${name}`),
      },
    });
    const results = runs.map(({ result }) => result as unknown as { name: string; pid: number });
    return {
      done: results.map(({ name }) => name),
      processes: new Set(results.map(({ pid }) => pid)).size,
      failures: Object.fromEntries(failures.map(({ task, error }) => [task.name, error])),
      events,
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

Deno.test("a worker does its tasks one after the other in one process", async () => {
  const { done, processes, failures, events } = await runIn(1, [task("a"), task("b")]);
  assertEquals([done, processes, failures], [["a", "b"], 1, {}]);
  assertEquals(events, ["started a", "a 1.5", "ended a", "started b", "b 1.5", "ended b"]);
});

Deno.test("what fails is told, what kills its process too, and the others go on", async () => {
  const tasks = [task("a"), task("fail"), task("die"), task("b"), task("c")];
  const { done, failures } = await runIn(2, tasks);
  assertEquals(done, ["a", "b", "c"], "in the order of the plan");
  assertEquals(failures.fail, "Training diverged");
  assertEquals(
    failures.die,
    "The process of the run has died: exit code 3, out of memory",
  );
});

Deno.test("classifiers wait for their encoder, and are lost with it", async () => {
  const [good, bad] = [pretraining("encoder"), pretraining("fail encoder")];
  const { done, failures, events } = await runIn(2, [
    good,
    task("on encoder", good),
    bad,
    task("on bad", bad),
    task("alone"),
  ]);
  assertEquals(done, ["on encoder", "alone"]);
  assertEquals(failures, { "on bad": "The pretraining failed: Training diverged" });
  assert(events.indexOf("ended encoder") < events.indexOf("started on encoder"), events.join());
  assert(!events.includes("started on bad"), events.join());
});

Deno.test("an encoder that nobody needs any more is not made", async () => {
  const encoder = pretraining("needless");
  const run = task("kept", encoder);
  await Deno.mkdir(run.runFolder);
  const result = { name: "kept", pid: 0 };
  await Deno.writeTextFile(`${run.runFolder}/done.json`, JSON.stringify({ settings: {}, result }));
  const { done, events } = await runIn(1, [encoder, run]);
  assertEquals([done, events], [["kept"], []]);
});

Deno.test("a stop reaches the worker, and its end is waited for", async () => {
  const controller = new AbortController();
  const reason = new UserError("stopped by the test");
  setTimeout(() => controller.abort(reason), 500);
  const thrown = await assertRejects(() =>
    runIn(2, [task("hang"), task("hang too"), task("never")], controller.signal)
  );
  assertEquals(thrown, reason);
});
