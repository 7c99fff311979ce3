/** A small command that the tests run as a process of its own. */
import { defineCommand } from "../../../src/console/flags/command.ts";
import { choiceFlag, integerFlag } from "../../../src/console/flags/flags.ts";
import { Interrupted } from "../../../src/console/flags/interrupt.ts";
import { runCommand } from "../../../src/console/flags/run_command.ts";
import { UsageError, UserError } from "../../../src/errors.ts";

export const command = defineCommand({
  name: "try-out",
  summary: "Do what the tests ask for",
  flags: {
    epochs: integerFlag({ default: 20, minimum: 1, description: "Passes over the data" }),
    mode: choiceFlag({
      choices: ["print", "user", "usage", "bug", "many", "rejection", "wait", "timer"],
      default: "print",
      description: "How to end",
    }),
  },
  examples: [{ args: "--epochs 5", about: "A short one" }],
  async run(options, context) {
    switch (options.mode) {
      case "print":
        return console.log(JSON.stringify({ ...options, commandLine: context.commandLine }));
      case "user":
        throw new UserError("Cannot read a.dat: the file is missing");
      case "usage":
        throw new UsageError("--epochs and --mode exclude each other");
      case "bug":
        throw new TypeError("unexpected shape");
      case "many":
        throw new AggregateError([new UserError("first"), new UserError("second")]);
      case "rejection":
        Promise.reject(new TypeError("nobody awaited this"));
        return await new Promise((resolve) => setTimeout(resolve, 10_000));
      case "timer":
        // A finished command must not be kept alive by what it left running.
        setInterval(() => {}, 1000);
        return console.log("done");
      case "wait":
        console.log("waiting");
        await new Promise<void>((resolve) => {
          const keepAlive = setInterval(() => {}, 1000);
          context.signal.addEventListener("abort", () => {
            clearInterval(keepAlive);
            resolve();
          });
        });
        throw new Interrupted("Saved at step 3. Go on with --resume");
    }
  },
});

if (import.meta.main) await runCommand(command);
