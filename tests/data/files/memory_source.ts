/** Record files in memory. */

import { cannotRead } from "../../../src/data/files/file_errors.ts";
import { checkedName, type FileSource } from "../../../src/data/files/wfdb/file_source.ts";

/** A source of these files; text is encoded as UTF-8. */
export function memorySource(files: Readonly<Record<string, string | Uint8Array>>): FileSource {
  return {
    read(name) {
      if (!Object.hasOwn(files, checkedName(name))) throw cannotRead(name)("the file is missing");
      const file = files[name];
      return typeof file === "string" ? new TextEncoder().encode(file) : file;
    },
    exists: (name) => Object.hasOwn(files, name),
  };
}
