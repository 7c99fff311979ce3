/** An experiment in a process of its own, for the test that kills it. Argument: the folder. */

import { runSmallExperiment } from "./small_experiment.ts";
import { withSmallWorkspace } from "../support/small_workspace.ts";

await withSmallWorkspace((workspace) => runSmallExperiment(workspace, Deno.args[0]).then(() => {}));
