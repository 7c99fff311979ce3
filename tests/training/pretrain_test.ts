import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import { UserError } from "../../src/errors.ts";
import { column, epochsDone, readRun } from "../../src/results/read_run.ts";
import { VERSION } from "../../src/version.ts";
import { inRepository } from "../support/paths.ts";
import {
  pretrainOptions,
  pretrainSimclr,
  stopper,
  timelessEvents,
  timelessRows,
  withSmallWorkspace,
} from "../support/small_workspace.ts";
import { float32Tensor } from "../support/tensors.ts";

Deno.test("pretraining stopped or killed continues to the bits of an unbroken run", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const unbroken = pretrainOptions(folder, "unbroken");
    const whole = await pretrainSimclr(workspace, unbroken);
    const expected = await Deno.readFile(unbroken.out);
    assert(!existsSync(`${unbroken.runFolder}/state.safetensors`), "a finished run keeps no state");

    // Stopped in epoch 3, with the state of epoch 2 on disk.
    const stopped = { ...pretrainOptions(folder, "stopped"), saveEverySeconds: 0 };
    const { signal, stop, reason } = stopper();
    const thrown = await assertRejects(() =>
      pretrainSimclr(workspace, {
        ...stopped,
        signal,
        events: { epoch: (epoch) => epoch === 2 && stop() },
      })
    );
    assertEquals(thrown, reason);
    assert(!existsSync(stopped.out), "no checkpoint before the end");
    assert(timelessRows(stopped.runFolder).some(({ epoch }) => epoch === 3), "part of epoch 3");
    const resumed: number[] = [];
    const second = await pretrainSimclr(workspace, {
      ...stopped,
      resume: true,
      events: { epoch: (epoch) => resumed.push(epoch) },
    });
    assertEquals(second.stepLosses, whole.stepLosses, "the history covers both parts");
    assertEquals(second.epochLosses, whole.epochLosses);
    assertEquals(resumed, [3]);
    assertEquals(await Deno.readFile(stopped.out), expected);
    assertEquals(timelessRows(stopped.runFolder), timelessRows(unbroken.runFolder));
    assertEquals(timelessEvents(stopped.runFolder), timelessEvents(unbroken.runFolder));

    // Killed at any moment after the first state.
    const state = `${folder}/killed/state.safetensors`;
    await Deno.mkdir(`${folder}/temporary`);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--config",
        inRepository("deno.json"),
        inRepository("tests/training/pretrain_until_killed.ts"),
        folder,
      ],
      env: { TMPDIR: `${folder}/temporary` },
      stderr: "null",
    }).spawn();
    let ended = false;
    child.status.then(() => ended = true);
    while (!existsSync(state)) {
      assert(!ended, "the run to be killed ended by itself");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill("SIGKILL");
    assert(!(await child.status).success);
    const { metadata } = await readCheckpoint(state);
    const done = (metadata.extra as { epoch: number }).epoch;
    // At least one epoch more than were done, whenever the signal arrived.
    const epochs = Math.max(3, done + 1);
    const killed = { ...pretrainOptions(folder, "killed"), epochs, resume: true };
    await pretrainSimclr(workspace, killed);
    if (epochs > 3) await pretrainSimclr(workspace, { ...unbroken, epochs });
    assertEquals(await Deno.readFile(killed.out), await Deno.readFile(unbroken.out));
    assertEquals(timelessRows(killed.runFolder), timelessRows(unbroken.runFolder));
    assertEquals(timelessEvents(killed.runFolder), timelessEvents(unbroken.runFolder));
    const strangers = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => !/^(temporary|(unbroken|stopped|killed)(\.pt)?)$/.test(name));
    assertEquals(strangers, [], "no temporary files");
  }));

Deno.test("stopping saves the last whole epoch; run folders are not overwritten or run twice", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const unbroken = pretrainOptions(folder, "unbroken");
    await pretrainSimclr(workspace, unbroken);
    await assertRejects(
      () => pretrainSimclr(workspace, { ...unbroken, resume: true }),
      UserError,
      "that run is finished",
    );
    // The default interval of 20 s would save nothing here: stopping has to.
    const run = pretrainOptions(folder, "stopped");
    const { signal, stop } = stopper();
    const events = { epoch: (epoch: number) => epoch === 2 && stop() };
    await assertRejects(() => pretrainSimclr(workspace, { ...run, signal, events }));
    await assertRejects(() => pretrainSimclr(workspace, run), UserError, "holds an unfinished run");
    await assertRejects(
      () => pretrainSimclr(workspace, { ...run, resume: true, epochs: 2 }),
      UserError,
      "has done 2 epochs already",
    );
    await pretrainSimclr(workspace, { ...run, resume: true });
    assertEquals(await Deno.readFile(run.out), await Deno.readFile(unbroken.out));
  }));

Deno.test("a run's settings say how and when it was started, and no resuming minds them", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const run = { ...pretrainOptions(folder, "run"), epochs: 2, saveEverySeconds: 0 };
    const path = `${run.runFolder}/config.json`;
    const config = () => JSON.parse(Deno.readTextFileSync(path));
    const { signal, stop } = stopper();
    const before = Date.now();
    await assertRejects(() =>
      pretrainSimclr(workspace, { ...run, commandLine: "first", signal, events: { epoch: stop } })
    );
    const first = config();
    assertEquals(first.commandLine, "first");
    assertEquals(first.version, VERSION);
    assertEquals(first.deno, Deno.version.deno);
    const started = Date.parse(first.started);
    assert(started >= before && started <= Date.now(), first.started);
    // As another version at another time would have left it.
    const older = "2020-02-02T02:02:02.000Z";
    const change = { version: "0.0.1", deno: "1.0.0", started: older };
    await Deno.writeTextFile(path, JSON.stringify({ ...first, ...change }));
    await pretrainSimclr(workspace, { ...run, resume: true });
    assertEquals(config(), { ...first, commandLine: null, started: older });
    const read = readRun(run.runFolder);
    assertEquals([read.state, epochsDone(read)], ["finished", 2]);
    assertEquals(column(read.stepRows, "step"), [1, 2, 3, 4]);
  }));

Deno.test("a run with other settings or data is not resumed, and its state stays", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const run = { ...pretrainOptions(folder, "run"), saveEverySeconds: 0 };
    const { signal, stop } = stopper();
    const events = { epoch: stop };
    await assertRejects(() => pretrainSimclr(workspace, { ...run, signal, events }));
    const state = await Deno.readFile(`${run.runFolder}/state.safetensors`);
    const resume = (
      change: Partial<typeof run>,
      place = workspace,
      config: "full" | "none" = "full",
    ) =>
      assertRejects(
        () => pretrainSimclr(place, { ...run, resume: true, ...change }, config),
        UserError,
        "the run had other settings",
      );
    const seed = await resume({ seed: 8 });
    assert(seed.message.includes("seed: 7"), seed.message);
    await resume({ learningRate: 1e-4 });
    await resume({}, workspace, "none");
    await withSmallWorkspace(async (unnormalized) => {
      const error = await resume({}, unnormalized);
      assert(error.message.includes('normalisation: "train"'), error.message);
    }, "none");
    assertEquals(await Deno.readFile(`${run.runFolder}/state.safetensors`), state);
  }));

Deno.test("the learning rate falls to 0 as a cosine over the whole run, stopped or not", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const constant = pretrainOptions(folder, "constant");
    await pretrainSimclr(workspace, constant);
    const unbroken = {
      ...pretrainOptions(folder, "unbroken"),
      learningRateSchedule: "cosine",
    } as const;
    await pretrainSimclr(workspace, unbroken);
    const steps = timelessRows(unbroken.runFolder).filter(({ step }) => step !== undefined);
    for (const [i, { learning_rate }] of steps.entries()) {
      const progress = i / steps.length;
      assertEquals(learning_rate, 1e-3 * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
    assertNotEquals(await Deno.readFile(unbroken.out), await Deno.readFile(constant.out));

    const stopped = { ...unbroken, ...pretrainOptions(folder, "stopped") };
    const { signal, stop } = stopper();
    const events = { epoch: stop };
    await assertRejects(() => pretrainSimclr(workspace, { ...stopped, signal, events }));
    const going = { ...stopped, resume: true };
    await assertRejects(
      () => pretrainSimclr(workspace, { ...going, learningRateSchedule: "constant" }),
      UserError,
      'learningRateSchedule: "cosine"',
    );
    await pretrainSimclr(workspace, going);
    assertEquals(await Deno.readFile(stopped.out), await Deno.readFile(unbroken.out));
    assertEquals(timelessRows(stopped.runFolder), timelessRows(unbroken.runFolder));
  }));

Deno.test("pretraining leaves no GPU buffers, whether it ends, is stopped or cannot start", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const run = { ...pretrainOptions(folder, "run"), epochs: 1 };
    await pretrainSimclr(workspace, run);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before, "after the end");

    const { signal, stop } = stopper();
    await assertRejects(() =>
      pretrainSimclr(workspace, { ...run, signal, events: { prepared: stop } })
    );
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before, "after a stop");

    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(
      () => pretrainSimclr(workspace, { ...run, runFolder: `${folder}/file/run` }),
      UserError,
      "Cannot write the run folder",
    );
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before, "without a run folder");

    const foreign = new Map([["weight", float32Tensor([1], Float32Array.of(1))]]);
    await writeCheckpoint(`${folder}/foreign.pt`, {
      sections: new Map([["encoder", foreign]]),
      metadata: {},
    });
    for (const [init, message] of [["none.pt", "no such file"], ["foreign.pt", "36 missing"]]) {
      await assertRejects(
        () => pretrainSimclr(workspace, { ...run, init: `${folder}/${init}` }),
        UserError,
        message,
      );
      assertEquals([gpu.liveBuffers, gpu.liveBytes], before, init);
    }
  }));

Deno.test("a step that does not fit the adapter is refused before it runs", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    // Mixing needs the batch whole: 16 records x 128 samples x 12 leads x 4 bytes = 96 KiB.
    Object.defineProperty(gpu, "bindingLimit", { value: 2 ** 16 });
    const run = pretrainOptions(folder, "run");
    const error = await assertRejects(() => pretrainSimclr(workspace, run), UserError);
    assert(error.message.includes("does not fit"), error.message);
    assert(Number(error.facts?.largestBatch) >= 1);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
    assertEquals(Deno.readTextFileSync(`${run.runFolder}/metrics.jsonl`), "", "no step was made");
  }));
