import { fileURLToPath } from "node:url";

/** Path of a file URL on this platform. */
export function fromFileUrl(url: URL | string): string {
  return fileURLToPath(url);
}

/** Absolute path of a file or folder of this repository. */
export function inRepository(path: string): string {
  return fromFileUrl(new URL(`../../${path}`, import.meta.url));
}
