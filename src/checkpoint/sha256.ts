import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";

/**
 * SHA-256 of a file as 64 lower-case hexadecimal digits. Reads in pieces; memory stays flat.
 *
 * @throws {UserError} If the file cannot be read
 */
export async function sha256OfFile(path: string): Promise<string> {
  try {
    const hash = createHash("sha256");
    const file = await Deno.open(path);
    for await (const piece of file.readable) hash.update(piece); // closes the file at its end
    return hash.digest("hex");
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}`);
  }
}

/** SHA-256 of bytes as 64 lower-case hexadecimal digits. */
export function sha256OfBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
