/** A pretraining run in a process of its own, for the test that kills it. Argument: the folder. */

import { pretrainOptions, pretrainSimclr, withSmallWorkspace } from "../support/small_workspace.ts";

await withSmallWorkspace(async (workspace) => {
  await pretrainSimclr(workspace, {
    ...pretrainOptions(Deno.args[0], "killed"),
    epochs: 1000,
    saveEverySeconds: 0,
  });
});
