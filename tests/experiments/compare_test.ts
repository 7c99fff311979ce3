import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import type { Checkpoint } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { compareCheckpoints, type CompareOptions } from "../../src/experiments/compare.ts";
import { evaluateAll } from "../../src/evaluation/evaluate_all.ts";
import { pairedBootstrapIntervals } from "../../src/metrics/paired_bootstrap.ts";
import { randomClassifier, randomEncoder, randomState } from "../support/random_classifier.ts";
import { stopper, withSmallWorkspace } from "../support/small_workspace.ts";

const options = { fold: 10, batchSize: 16, seed: 1 };
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

/** Writes checkpoints `name`.pt and gives them as the job takes them. */
async function write(
  folder: string,
  files: Readonly<Record<string, Checkpoint>>,
): Promise<CompareOptions["checkpoints"]> {
  for (const [name, checkpoint] of Object.entries(files)) {
    await writeCheckpoint(`${folder}/${name}.pt`, checkpoint);
  }
  return Object.keys(files).map((name) => ({ name, path: `${folder}/${name}.pt` }));
}

Deno.test("compare: as evaluate-all has each, differences paired with the baseline", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { classNames } = workspace.set;
    const statistics = {
      kind: "train",
      mean: Array(12).fill(0.1),
      standard_deviation: Array(12).fill(0.05),
    } as const;
    const checkpoints = await write(folder, {
      a: randomClassifier(1, { class_names: classNames, method: "supervised" }),
      b: randomClassifier(2),
      c: randomClassifier(1, { normalisation: statistics }),
    });
    const { compared, leftOut } = await compareCheckpoints(workspace, { ...options, checkpoints });
    assertEquals(leftOut, []);
    assertEquals(names(compared), ["a", "b", "c"], "in the order given");
    assertEquals(compared.map(({ namesClasses }) => namesClasses), [true, false, false]);
    assertEquals(compared.map(({ normalization }) => normalization), ["none", "none", "train"]);
    const alone = await evaluateAll(workspace, {
      ...options,
      paths: checkpoints.map(({ path }) => path),
    });
    for (const { path, evaluation } of compared) {
      const same = alone.evaluated.find((each) => each.path === path)!;
      assertEquals(evaluation.probabilities, same.evaluation.probabilities);
    }
    const [a, b] = compared.map(({ evaluation }) => evaluation);
    assertEquals(a.rows, b.rows);
    const expected = pairedBootstrapIntervals(
      workspace.labelsOf(a.rows),
      a.probabilities,
      b.probabilities,
      { classes: 5, seed: 1 },
    );
    assertEquals(compared[0].difference, undefined);
    assertEquals(compared[1].difference, expected);

    // The other way round, with the other sign.
    const turned = await compareCheckpoints(workspace, { ...options, checkpoints, baseline: "b" });
    assertEquals(turned.compared[1].difference, undefined);
    assertEquals(
      turned.compared[0].difference!.overall.f1_macro.estimate,
      -expected.overall.f1_macro.estimate,
    );
  }));

Deno.test("compare: encoders get a head where heads are wanted, what fails is listed", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const checkpoints = [
      { name: "missing", path: `${folder}/missing.pt` },
      ...await write(folder, {
        ssl: randomEncoder(1, { method: "simclr" }),
        fast: randomClassifier(1, { sampling_rate: 500 }),
        three: { sections: new Map([["model", randomState(1, { classes: 3 })]]), metadata: {} },
        good: randomClassifier(2),
      }),
      { name: "text", path: `${folder}/text.pt` },
    ];
    Deno.writeTextFileSync(`${folder}/text.pt`, "no checkpoint");
    const without = await compareCheckpoints(workspace, { ...options, checkpoints });
    assertEquals(names(without.compared), ["good"]);
    assertEquals(without.compared[0].difference, undefined, "the first that works");
    const reasons = [
      ["missing", "there is no such file"],
      ["ssl", "holds an encoder without a head"],
      ["fast", "trained at 500 Hz, the data has 100 Hz. Give --resolution 500"],
      ["three", "its head has 3 outputs, the data 5 classes"],
      ["text", "damaged"],
    ];
    assertEquals(names(without.leftOut), reasons.map(([name]) => name));
    without.leftOut.forEach(({ path, reason }, i) => {
      assert(reason.includes(path) && reason.includes(reasons[i][1]), reason);
    });

    const heads = { folder: `${folder}/heads`, epochs: 2, labelFraction: 1, seed: 3 };
    const events: unknown[] = [];
    const all = {
      ...options,
      checkpoints,
      baseline: "good",
      heads,
      events: {
        headEpoch: (...event: unknown[]) => events.push(event),
        head: (...event: unknown[]) => events.push(event),
      },
    };
    const { compared: [ssl, good], leftOut } = await compareCheckpoints(workspace, all);
    assertEquals(events, [["ssl", 1], ["ssl", 2], ["ssl", true]]);
    assertEquals([ssl.name, ssl.method, ssl.architecture], ["ssl", "simclr", "ECGClassifier"]);
    assertEquals(ssl.path, `${folder}/ssl.pt`);
    assert(ssl.headPath!.startsWith(heads.folder));
    assertEquals([good.headPath, good.difference], [undefined, undefined]);
    assertEquals(leftOut.length, 4);
    const again = await compareCheckpoints(workspace, all);
    assertEquals(events.at(-1), ["ssl", false], "trained once");
    assertEquals(again.compared[0].evaluation.probabilities, ssl.evaluation.probabilities);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("compare: stops between checkpoints and in a head, needs the baseline asked for", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const checkpoints = await write(folder, { ssl: randomEncoder(1), a: randomClassifier(1) });
    const heads = { folder: `${folder}/heads`, epochs: 2, labelFraction: 1, seed: 3 };
    for (const event of ["headEpoch", "head"] as const) {
      const { signal, stop, reason } = stopper();
      const thrown = await assertRejects(() =>
        compareCheckpoints(workspace, {
          ...options,
          checkpoints,
          heads,
          signal,
          events: { [event]: stop },
        })
      );
      assertEquals(thrown, reason);
    }
    await assertRejects(
      () => compareCheckpoints(workspace, { ...options, checkpoints, baseline: "ssl" }),
      UserError,
      "Cannot compare with ssl: ",
    );
  }));
