/**
 * How this process was started, for commands that messages recommend.
 *
 * @module
 */

/**
 * What is typed before a command's name: `./denow task`, `deno task` or
 * `ssrl-ecg`.
 */
export function programName(): string {
  return Deno.env.get("SSRL_ECG_PROGRAM") || "deno task";
}
