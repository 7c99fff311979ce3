/** Processes that do not train, but speak as a worker does. */

import { assertEquals, assertRejects } from "@std/assert";
import { ProcessRunner } from "../../src/console/workers.ts";
import { UserError } from "../../src/errors.ts";
import { type Cell, Experiment } from "../../src/experiments/experiment.ts";

/** Does every cell but those whose name says otherwise; `stop` ends it. */
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
      else say({ kind: "done", fresh: true, result: { name, pid: Deno.pid } });
    }
  }
`;
const COMMAND = { program: Deno.execPath(), args: ["eval", WORKER] };

const FOLDER = Deno.makeTempDirSync({ prefix: "worker_" });
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

/** Runs cells in worker processes; names of those that were done, errors by name. */
async function runIn(count: number, names: string[], signal?: AbortSignal) {
  const cells = names.map((name): Cell<{ name: string; pid: number }> => ({
    name,
    title: name,
    folder: `${FOLDER}/${name}`,
    run: () => Promise.reject(new Error("it is run elsewhere")),
  }));
  await using workers = new AsyncDisposableStack();
  const experiment = await Experiment.open(cells);
  const events: string[] = [];
  await experiment.run({
    runners: Array.from({ length: count }, () => workers.use(new ProcessRunner(COMMAND))),
    signal,
    events: {
      started: ({ name }) => events.push(`started ${name}`),
      reported: ({ name }, event) =>
        event.kind === "progress" && events.push(`${name} ${event.epochs}`),
      ended: ({ name }) => void events.push(`ended ${name}`),
    },
  });
  const results = cells.flatMap((cell) => experiment.result(cell) ?? []);
  return {
    done: results.map(({ name }) => name),
    processes: new Set(results.map(({ pid }) => pid)).size,
    failures: Object.fromEntries(
      experiment.failures.map((cell) => [cell.name, experiment.error(cell)!.message]),
    ),
    events,
  };
}

Deno.test("a worker does its cells one after the other in one process", async () => {
  const { done, processes, failures, events } = await runIn(1, ["a", "b"]);
  assertEquals([done, processes, failures], [["a", "b"], 1, {}]);
  assertEquals(events, ["started a", "a 1.5", "ended a", "started b", "b 1.5", "ended b"]);
});

Deno.test("what fails is told, what kills its process too, and the others are run", async () => {
  const { done, failures } = await runIn(2, ["a", "fail", "die", "b", "c"]);
  assertEquals(done, ["a", "b", "c"], "in the order of the plan");
  assertEquals(failures, {
    fail: "Training diverged",
    die: "The process of the run has died: exit code 3, out of memory",
  });
});

Deno.test("a stop reaches the worker, and its end is waited for", async () => {
  const controller = new AbortController();
  const reason = new UserError("stopped by the test");
  setTimeout(() => controller.abort(reason), 500);
  const thrown = await assertRejects(() =>
    runIn(2, ["hang", "hang too", "never"], controller.signal)
  );
  assertEquals(thrown, reason);
});
