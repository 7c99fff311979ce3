/** How this program was started, and how it starts one of its own commands in another process. */

import { fileURLToPath } from "node:url";

/** What is typed before a command's name: `./denow task`, `deno task` or `ssrl-ecg`. */
export function programName(): string {
  return Deno.env.get("SSRL_ECG_PROGRAM") || "deno task";
}

/** What `Deno.Command` takes. */
export type OwnCommand = ReturnType<typeof ownCommand>;

/**
 * Program and arguments that run a command of this project: the compiled binary itself, or Deno with
 * the command's script.
 *
 * @param name Such as `train-simclr`
 * @param args What follows the name
 */
export function ownCommand(name: string, args: readonly string[]) {
  const program = Deno.execPath();
  if (Deno.build.standalone) return { program, args: [name, ...args] };
  const path = (relative: string) =>
    fileURLToPath(new URL(`../../../${relative}`, import.meta.url));
  const script = path(`scripts/${name.replaceAll("-", "_")}.ts`);
  // The configuration is named, because the working folder may be anywhere.
  const setup = ["--config", path("deno.json"), `--lock=${path("deno.lock")}`];
  return { program, args: ["run", "--quiet", "--allow-all", ...setup, script, ...args] };
}
