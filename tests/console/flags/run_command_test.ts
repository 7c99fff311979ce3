import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { defineCommand } from "../../../src/console/flags/command.ts";
import { booleanFlag, integerFlag } from "../../../src/console/flags/flags.ts";
import { executeCommand } from "../../../src/console/flags/run_command.ts";
import { command } from "./support_command.ts";

const script = new URL("./support_command.ts", import.meta.url).pathname;

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", "--quiet", script, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { SSRL_ECG_PROGRAM: "", SSRL_ECG_DEBUG: "", NO_COLOR: "1" },
  }).spawn();
}

async function run(...args: string[]) {
  const { code, stdout, stderr } = await start(...args).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("command: a run, as a person starts it", async () => {
  const { code, stdout, stderr } = await run("--epochs", "3");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(JSON.parse(stdout), {
    epochs: 3,
    mode: "print",
    commandLine: "deno task try-out --epochs 3",
  });
});

Deno.test("command: the help page", async () => {
  const { code, stdout } = await run("--help");
  assertEquals(code, 0);
  assertEquals(
    stdout,
    `Do what the tests ask for

Usage: deno task try-out [flags]

Flags:
  --epochs INTEGER  Passes over the data (an integer of at least 1; default: 20)
  --mode CHOICE     How to end (one of print, user, usage, bug, many, rejection,
                    wait, timer; default: print)
  --help            Show this page

Examples:
  A short one
    deno task try-out --epochs 5
`,
  );
});

Deno.test("command: wrong usage exits with 2 and prints no stack", async () => {
  const [flag, thrown] = await Promise.all([run("--epoch", "3"), run("--mode", "usage")]);
  assertEquals([flag.code, flag.stdout], [2, ""]);
  assertEquals(
    flag.stderr,
    "error: Unknown flag --epoch. Is --epochs meant?\nAll flags: deno task try-out --help\n",
  );
  assertEquals(thrown.code, 2);
  assertStringIncludes(thrown.stderr, "exclude each other");
});

Deno.test("command: errors of the user exit with 1 and are one line each", async () => {
  const [user, many] = await Promise.all([run("--mode", "user"), run("--mode", "many")]);
  assertEquals([user.code, user.stderr], [
    1,
    "error: Cannot read a.dat: the file is missing\n",
  ]);
  assertEquals([many.code, many.stderr], [1, "error: first\nerror: second\n"]);
});

Deno.test("command: a bug shows its stack and says that it is one", async () => {
  const [thrown, rejected] = await Promise.all([run("--mode", "bug"), run("--mode", "rejection")]);
  assertEquals([thrown.code, rejected.code], [1, 1]);
  assertMatch(thrown.stderr, /TypeError: unexpected shape\n\s+at .*support_command\.ts/);
  assertStringIncludes(thrown.stderr, "This is a bug in try-out");
  assertStringIncludes(rejected.stderr, "nobody awaited this");
  assertStringIncludes(rejected.stderr, "This is a bug in try-out");
});

Deno.test("command: a timer left behind does not keep it alive", async () => {
  const { code, stdout } = await run("--mode", "timer");
  assertEquals([code, stdout], [0, "done\n"]);
});

Deno.test({
  name: "command: Ctrl-C lets the command save and exits with 130",
  ignore: Deno.build.os === "windows",
  async fn() {
    const child = start("--mode", "wait");
    const reader = child.stdout.getReader();
    await reader.read(); // "waiting": the listener is in place
    child.kill("SIGINT");
    reader.releaseLock();
    const [{ code }, stderr] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
      child.stdout.cancel(),
    ]);
    assertEquals(code, 130);
    assertStringIncludes(stderr, "Stopping after the current step");
    assertStringIncludes(stderr, "stopped: Saved at step 3. Go on with --resume");
  },
});

Deno.test("command: runs in this process as well, with captured output", async () => {
  const lines: string[] = [];
  const output = {
    out: (t: string) => void lines.push(t),
    error: (t: string) => void lines.push(t),
  };
  assertEquals(await executeCommand(command, ["--mode", "user"], output), 1);
  assertEquals(lines, ["error: Cannot read a.dat: the file is missing"]);
});

Deno.test("command: an aborted signal makes the exit code 130 even when run returns", async () => {
  const nothing = defineCommand({ name: "nothing", summary: "", flags: {}, run() {} });
  const output = { out() {}, error() {} };
  assertEquals(await executeCommand(nothing, [], output, AbortSignal.abort()), 130);
  assertEquals(await executeCommand(nothing, [], output), 0);
});

Deno.test("command: the command line can be pasted back", async () => {
  let line = "";
  const probe = defineCommand({
    name: "probe",
    summary: "",
    flags: { quick: booleanFlag({ description: "" }) },
    positionals: { name: "TEXT...", description: "" },
    run: (_, context) => void (line = context.commandLine),
  });
  await executeCommand(probe, ["--quick", "a b", "it's"]);
  assert(line.endsWith(`probe --quick 'a b' 'it'\\''s'`), line);
});

Deno.test("command: flag names are kebab case", () => {
  const flags = { batchSize: integerFlag({ default: 1, description: "" }) };
  assertThrows(
    () => defineCommand({ name: "bad", summary: "", flags, run() {} }),
    TypeError,
    "kebab case",
  );
});
