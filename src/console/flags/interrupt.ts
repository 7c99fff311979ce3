/** Ctrl-C: the first one asks the command to stop, the second one ends the process. */

import { UserError } from "../../errors.ts";

/**
 * The reason of the `AbortSignal` that a command gets. A command that has saved its state may
 * throw its own `Interrupted` whose message says how to resume.
 */
export class Interrupted extends UserError {
  override name = "Interrupted";
  /** 128 + 2, what shells report for SIGINT. */
  override readonly exitCode = 130;
}

/**
 * Listens for SIGINT (and SIGTERM, which batch systems send, where the system has it). The first
 * signal aborts with {@link Interrupted} and says so once; the second exits with 130 at once.
 *
 * @param say Where the one line of text goes
 */
export function listenForInterrupt(
  say: (line: string) => void,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const onSignal = () => {
    if (controller.signal.aborted) Deno.exit(130);
    say("Stopping after the current step; press Ctrl-C again to stop at once");
    controller.abort(new Interrupted("Stopped before the end"));
  };
  for (const name of signals) Deno.addSignalListener(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) Deno.removeSignalListener(name, onSignal);
    },
  };
}
