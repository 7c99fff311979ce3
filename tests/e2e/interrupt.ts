/** Ctrl-C for a command that a test has started. */

import type { Outcome, Playground } from "./command_line.ts";

/** Starts a run, sends it a signal once stdout holds `when`, and waits for its end. */
export async function interrupt(
  ground: Playground,
  script: string,
  args: readonly (string | number)[],
  when: string,
  signal: Deno.Signal,
): Promise<Outcome> {
  const child = ground.command(script, args).spawn();
  const error = new Response(child.stderr).text();
  let out = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    const before = out.includes(when);
    out += decoder.decode(chunk, { stream: true });
    if (!before && out.includes(when)) child.kill(signal);
  }
  return { code: (await child.status).code, out, error: await error };
}
