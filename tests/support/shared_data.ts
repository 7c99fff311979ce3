/** Finds the real recordings that some tests read. They are not part of this repository. */

import { existsSync } from "node:fs";
import { fromFileUrl } from "./paths.ts";

const root = Deno.env.get("SSRL_ECG_DATA") ??
  fromFileUrl(new URL("../../../shared/data", import.meta.url));

/**
 * Path of a folder or file below the shared data (`SSRL_ECG_DATA`, else `../shared/data` beside
 * this repository), or undefined where it is absent.
 */
export function sharedData(path: string): string | undefined {
  const full = `${root}/${path}`;
  return existsSync(full) ? full : undefined;
}

/** Registers a test that needs shared data; where it is absent the test is skipped and says so. */
export function testWithData(
  name: string,
  path: string,
  body: (path: string) => void | Promise<void>,
): void {
  const found = sharedData(path);
  if (found === undefined) {
    Deno.test({ name: `${name} [skipped: no ${path}; set SSRL_ECG_DATA]`, ignore: true, fn() {} });
  } else {
    Deno.test(name, () => body(found));
  }
}
