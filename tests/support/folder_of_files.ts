import { dirname } from "node:path";

/**
 * A new folder with these files, gone after `body`.
 *
 * @param files Path within the folder → its text, or a value that is written as JSON
 */
export function withFiles<T>(
  files: Readonly<Record<string, unknown>>,
  body: (folder: string) => T,
): T {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, content] of Object.entries(files)) {
      Deno.mkdirSync(dirname(`${folder}/${name}`), { recursive: true });
      const text = typeof content === "string" ? content : JSON.stringify(content);
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    return body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
