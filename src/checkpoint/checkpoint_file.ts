/**
 * Checkpoints on disk. The extension decides: `.pt` is PyTorch's format, `.safetensors` the other.
 */

import { UserError } from "../errors.ts";
import { writeFileAtomically } from "./atomic_write.ts";
import { refuser } from "./refuse.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { Checkpoint } from "./state_dict.ts";
import { decodeTorch } from "./torch_reader.ts";
import { encodeTorch } from "./torch_writer.ts";

const FORMATS = new Map([
  [".pt", { encode: encodeTorch, decode: decodeTorch }],
  [".safetensors", { encode: encodeSafetensors, decode: decodeSafetensors }],
]);

/** Files are read whole; larger ones are no models of this program. */
const MAXIMUM_FILE_BYTES = 4 * 2 ** 30;

function formatOf(path: string) {
  for (const [extension, format] of FORMATS) {
    if (path.toLowerCase().endsWith(extension)) return format;
  }
  throw new UserError(
    `Cannot tell the format of checkpoint "${path}": name it ${[...FORMATS.keys()].join(" or ")}`,
  );
}

/**
 * Checks that a path names a known format, so that a training run can refuse a bad `--out` before
 * it starts.
 *
 * @throws {UserError} If it does not
 */
export function assertCheckpointPath(path: string): void {
  formatOf(path);
}

/**
 * Writes a checkpoint atomically; parent folders are created. Equal content gives equal bytes.
 *
 * @param path File that ends in `.pt` or `.safetensors`
 * @throws {UserError} If the extension is another or the file cannot be written
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomically(path, formatOf(path).encode(checkpoint));
}

/**
 * Reads a checkpoint and checks it completely. Nothing in the file is run.
 *
 * @param path File that ends in `.pt` or `.safetensors`
 * @throws {UserError} If the file is missing, damaged, hostile or of an unknown format
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { decode } = formatOf(path);
  const refuse = refuser(path);
  let file: Uint8Array;
  try {
    const { size, isDirectory } = await Deno.stat(path);
    if (isDirectory) refuse("it is a folder");
    if (size > MAXIMUM_FILE_BYTES) refuse(`${size} bytes are more than 4 GiB`);
    file = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return refuse(
      error instanceof Deno.errors.NotFound ? "there is no such file" : (error as Error).message,
    );
  }
  return { source: path, ...decode(file, path) };
}
