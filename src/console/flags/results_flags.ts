/** Flags of the commands that read results. */

import { pathFlag } from "./flags.ts";

/** Where results are. */
export const resultsFlags = {
  "results-dir": pathFlag({ default: "results", description: "Folder with the results" }),
  "statistics": pathFlag({
    default: "analysis/statistical_tests/statistical_tests.json",
    description: "File of statistical-tests; may be absent",
  }),
};
