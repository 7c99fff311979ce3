/**
 * Flags that the downloading commands share.
 *
 * @module
 */

import { booleanFlag, integerFlag, pathFlag, stringFlag } from "./flags.ts";

/**
 * Where from, where to, how many at a time.
 *
 * @param folder Default of `--out`
 * @param url Default of `--base-url`
 */
export function downloadFlags(folder: string, url: string) {
  return {
    "out": pathFlag({ default: folder, description: "Folder for the data set" }),
    "base-url": stringFlag({
      default: url,
      placeholder: "URL",
      description: "Where the files and SHA256SUMS.txt are",
    }),
    "jobs": integerFlag({ default: 8, minimum: 1, maximum: 64, description: "Files at a time" }),
    "verify": booleanFlag({
      description: "Read and check every file again, and replace those that are wrong",
    }),
  };
}
