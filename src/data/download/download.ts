/**
 * Downloads a data set as PhysioNet publishes it: several files at a time, each checked against the
 * published SHA-256 sum, resumed where an earlier run stopped.
 */

import { createHash, type Hash } from "node:crypto";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../../errors.ts";
import { attempt, fileErrorReason } from "../files/file_errors.ts";
import { LONGEST_PAUSE, receive, type Receiver, Transient } from "./receive.ts";
import { addressError, type Entry, parseSums, SUMS } from "./sums.ts";

/** Progress of a download. */
export interface DownloadProgress {
  /** Files that are in place and verified. */
  readonly filesDone: number;
  /** Files in all. */
  readonly filesTotal: number;
  /** Bytes received by this call. */
  readonly bytes: number;
}

/** How to download, whatever the data set. */
export interface DownloadOptions {
  /** Folder for the data set; made when absent. */
  readonly destination: string;
  /** Where the files and `SHA256SUMS.txt` are; by default where PhysioNet publishes them. */
  readonly baseUrl?: string;
  /** Files at a time, 1 to 64; default 8. */
  readonly concurrency?: number;
  /** Reads and checks every file again, also those known to be right; default false. */
  readonly verify?: boolean;
  /** Called whenever a file is done and now and then in between. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download; what has arrived stays and is used by the next call. */
  readonly signal?: AbortSignal;
  /** Failures in a row, without a byte received in between, before giving up; default 6. */
  readonly attempts?: number;
  /** First pause after a failure in milliseconds; doubles up to 30 s; default 500. */
  readonly pause?: number;
  /** Milliseconds without a byte after which a connection counts as lost; default 60,000. */
  readonly stall?: number;
}

/** What a download did. */
export interface DownloadSummary {
  /** Wanted files of the data set; all of them are in place and verified. */
  readonly files: number;
  /** Files that were downloaded by this call. */
  readonly downloaded: number;
  /** Of these, files of which an earlier call had left a part. */
  readonly resumed: number;
  /** Files that were there and right. */
  readonly kept: number;
  /** Bytes received. */
  readonly bytes: number;
}

/** What is particular to a data set. */
export interface DataSetFiles {
  /** Address where it is published. */
  readonly url: string;
  /** File in the destination that remembers what was verified: the base URL, then one line a file. */
  readonly ledger: string;
  /** Whether a file is to be downloaded; by default all are. */
  wants?(name: string): boolean;
  /** Whether a file comes after all others, such as a table without which nothing is taken for the set. */
  isLast?(name: string): boolean;
  /** Whether a server may have one version of the records and lack another. */
  readonly versions?: boolean;
  /** What the wanted headers (`.hea`) are, for the message where a list has none. */
  readonly records: string;
}

/** Runs a file operation; what it throws becomes a {@linkcode UserError}. */
function onDisk<Result>(path: string, operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    const code = (error as { code?: string } | null)?.code;
    const isFull = code === "ENOSPC" || code === "EDQUOT" ||
      (error instanceof Error && /no space left|quota/i.test(error.message));
    const reason = isFull
      ? "the disk is full. Make room, then run the same command again: it continues where it stopped"
      : fileErrorReason(error);
    throw new UserError(`Cannot write ${path}: ${reason}`);
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  return onDisk(path, () => {
    try {
      return Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
}

/** The hash of a file so far; one buffer, so that the size of the file does not matter. */
function hashFile(path: string): Hash {
  return onDisk(path, () => {
    using file = Deno.openSync(path);
    const hash = createHash("sha256");
    const buffer = new Uint8Array(1 << 18);
    for (let n = file.readSync(buffer); n !== null; n = file.readSync(buffer)) {
      hash.update(buffer.subarray(0, n));
    }
    return hash;
  });
}

/** What is remembered of a verified file: another size or time of change, and it is read again. */
function stamp(sum: string, info: Deno.FileInfo): string {
  return `${sum} ${info.size} ${info.mtime?.getTime() ?? 0}`;
}

/** One download: the state that its workers share. */
class Download {
  readonly #stop = new AbortController();
  /** Aborts on Ctrl-C and as soon as one worker has failed for good. */
  readonly #signal: AbortSignal;
  readonly #root: string;
  readonly #ledgerPath: string;
  readonly #counts = { files: 0, downloaded: 0, resumed: 0, kept: 0, bytes: 0 };
  /** name → "sum size mtime" of the files that were verified. */
  readonly #known = new Map<string, string>();
  #reported = -Infinity;

  constructor(
    private readonly set: DataSetFiles,
    private readonly options: DownloadOptions,
    private readonly base: URL,
  ) {
    this.#root = options.destination;
    this.#ledgerPath = `${this.#root}/${set.ledger}`;
    this.#signal = AbortSignal.any([
      this.#stop.signal,
      ...(options.signal ? [options.signal] : []),
    ]);
  }

  async run(): Promise<DownloadSummary> {
    const { wants = () => true, isLast = () => false, records, versions } = this.set;
    onDisk(this.#root, () => Deno.mkdirSync(this.#root, { recursive: true }));
    const origin = this.#url(SUMS).href;
    const entries = parseSums(await this.#sums(), origin)
      .filter(({ name }) => name !== SUMS && wants(name));
    this.#counts.files = entries.length;
    if (!entries.some(({ name }) => name.endsWith(".hea"))) {
      throw addressError(`Cannot use ${origin}: it lists no ${records}`, versions);
    }
    await this.#all(entries.filter(({ name }) => !isLast(name)));
    await this.#all(entries.filter(({ name }) => isLast(name)));
    this.#report(true);
    return this.#counts;
  }

  /** A few workers share one list; the first failure stops them all. */
  async #all(entries: readonly Entry[]): Promise<void> {
    let next = 0;
    let failure: unknown;
    const worker = async () => {
      while (next < entries.length && !this.#signal.aborted) {
        try {
          await this.#one(entries[next++]);
        } catch (error) {
          failure ??= error;
          this.#stop.abort(error);
        }
      }
    };
    await Promise.all(Array.from({ length: this.options.concurrency ?? 8 }, worker));
    this.options.signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
  }

  /** The list of sums: the one on disk if it is whole and came from the same place, else a new one. */
  async #sums(): Promise<string> {
    const path = `${this.#root}/${SUMS}`;
    // A verifying call trusts nothing on disk, the list included.
    const known = this.options.verify ? undefined : this.#knownSums(path);
    if (known !== undefined) {
      // Ends a line that a killed run may have left unfinished.
      this.#note("\n");
      return known;
    }
    const text = await this.#persist(SUMS, async () => {
      const decoder = new TextDecoder();
      let list = "";
      await this.#receive(SUMS, 0, {
        take: (chunk) => list += decoder.decode(chunk, { stream: true }),
      });
      return list + decoder.decode();
    });
    parseSums(text, this.#url(SUMS).href);
    onDisk(path, () => {
      Deno.writeTextFileSync(`${path}.part`, text);
      Deno.renameSync(`${path}.part`, path);
    });
    this.#note(`${this.base.href}\n`, false);
    return text;
  }

  /** The list on disk, where it can be used; takes over what the ledger knows. */
  #knownSums(path: string): string | undefined {
    if (!statOf(this.#ledgerPath)?.isFile || !statOf(path)?.isFile) return undefined;
    const [ledger, text] = [this.#ledgerPath, path]
      .map((path) => onDisk(path, () => Deno.readTextFileSync(path)));
    const [origin, ...lines] = ledger.split("\n");
    const isList = !(attempt(() => parseSums(text, SUMS)) instanceof UserError);
    if (!isList || origin !== this.base.href) return undefined;
    // The last line of a killed run may be cut off and is not found.
    for (const line of lines) {
      const at = line.indexOf("\t");
      if (at > 0) this.#known.set(line.slice(at + 1), line.slice(0, at));
    }
    return text;
  }

  /** Brings one file into place. */
  async #one({ name, sum }: Entry): Promise<void> {
    const path = `${this.#root}/${name}`;
    const found = statOf(path);
    if (found?.isDirectory) {
      throw new UserError(`Cannot write ${path}: there is a folder of this name`);
    }
    if (found !== undefined && await this.#isRight(name, sum, found)) {
      this.#counts.kept++;
      return this.#report();
    }
    onDisk(dirname(path), () => Deno.mkdirSync(dirname(path), { recursive: true }));
    const part = `${path}.part`;
    const hadPart = (statOf(part)?.size ?? 0) > 0;
    let wrong = 0;
    await this.#persist(name, async () => {
      if (await this.#attempt(name, part) === sum) return;
      onDisk(part, () => Deno.removeSync(part));
      if (++wrong < 2) throw new Transient("its SHA-256 sum is wrong", 0);
      throw addressError(
        `Cannot use ${this.#url(name).href}: it was downloaded twice, and twice its SHA-256 sum ` +
          `was not the one in ${SUMS}. Try again later, or from elsewhere`,
      );
    });
    onDisk(path, () => Deno.renameSync(part, path));
    this.#remember(name, sum, statOf(path));
    this.#counts.downloaded++;
    if (hadPart) this.#counts.resumed++;
    this.#report();
  }

  /** Whether a file that is there has the right sum, as the ledger knows or the file shows. */
  async #isRight(name: string, sum: string, info: Deno.FileInfo): Promise<boolean> {
    if (this.#known.get(name) === stamp(sum, info)) return true;
    const isRight = hashFile(`${this.#root}/${name}`).digest("hex") === sum;
    if (isRight) this.#remember(name, sum, info);
    // Hashing blocks this thread: let Ctrl-C and the other workers through.
    await setTimeout(0);
    return isRight;
  }

  /** Receives the rest of a file; gives the sum of the whole. */
  async #attempt(name: string, part: string): Promise<string> {
    const offset = statOf(part)?.size ?? 0;
    let hash = offset > 0 ? hashFile(part) : createHash("sha256");
    using file = onDisk(part, () => Deno.openSync(part, { write: true, create: true }));
    file.seekSync(0, Deno.SeekMode.End);
    await this.#receive(name, offset, {
      take(chunk) {
        onDisk(part, () => {
          for (let written = 0; written < chunk.length;) {
            written += file.writeSync(chunk.subarray(written));
          }
        });
        hash.update(chunk);
      },
      restart() {
        onDisk(part, () => {
          file.truncateSync(0);
          file.seekSync(0, Deno.SeekMode.Start);
        });
        hash = createHash("sha256");
      },
    });
    return hash.digest("hex");
  }

  async #receive(name: string, offset: number, receiver: Receiver): Promise<void> {
    const take = (chunk: Uint8Array) => {
      receiver.take(chunk);
      this.#counts.bytes += chunk.length;
      this.#report();
    };
    const { stall = 60_000 } = this.options;
    await receive(this.#url(name), offset, { ...receiver, take }, { signal: this.#signal, stall });
  }

  /** Repeats an action with growing pauses as long as it fails in ways that may pass. */
  async #persist<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    const { attempts = 6, pause = 500 } = this.options;
    for (let failures = 0;;) {
      const before = this.#counts.bytes;
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof Transient)) throw error;
        // A connection that brought bytes before it broke is slow, not dead. (Other workers' bytes
        // count as well: they show that the network is up.)
        failures = this.#counts.bytes > before && error.wait === undefined ? 1 : failures + 1;
        if (failures >= attempts) {
          throw addressError(
            `Cannot download ${this.#url(name).href}: ${error.message}, ` +
              `${attempts} times in a row. What has arrived is kept: run the same command again`,
          );
        }
        const wait = error.wait ?? Math.min(LONGEST_PAUSE, pause * 2 ** (failures - 1));
        await setTimeout(wait, undefined, { signal: this.#signal }).catch(() => {
          throw this.#signal.reason;
        });
      }
    }
  }

  #url(name: string): URL {
    return new URL(name.split("/").map(encodeURIComponent).join("/"), this.base);
  }

  #remember(name: string, sum: string, info: Deno.FileInfo | undefined): void {
    if (info !== undefined) this.#note(`${stamp(sum, info)}\t${name}\n`);
  }

  #note(text: string, append = true): void {
    onDisk(this.#ledgerPath, () => Deno.writeTextFileSync(this.#ledgerPath, text, { append }));
  }

  #report(last = false): void {
    const now = performance.now();
    if (!last && now - this.#reported < 50) return;
    this.#reported = now;
    const { files, downloaded, kept, bytes } = this.#counts;
    this.options.onProgress?.({ filesDone: downloaded + kept, filesTotal: files, bytes });
  }
}

/**
 * Downloads a data set, or what a server offers in its layout.
 *
 * The list of files and sums is `SHA256SUMS.txt`. A file arrives as `NAME.part` and gets its name
 * once its sum is right; a part that an earlier call left is continued with a range request. What
 * was verified is remembered in the set's ledger, so a second call reads and downloads nothing. Lost
 * connections and server errors are retried with growing pauses; a file with a wrong sum is fetched
 * once more.
 *
 * @returns Counts; every file is in place and verified.
 * @throws {UserError} for a missing file, a file with a wrong sum twice, an unreachable server, a
 *   folder that cannot be written, a full disk; `signal.reason` when aborted.
 */
export async function downloadDataSet(
  set: DataSetFiles,
  options: DownloadOptions,
): Promise<DownloadSummary> {
  const { concurrency = 8, baseUrl = set.url } = options;
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64)) {
    throw new RangeError(`Cannot download ${concurrency} files at a time: need 1 to 64`);
  }
  let base: URL;
  try {
    base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  } catch {
    throw addressError(`Cannot download from ${baseUrl}: need an address such as ${set.url}`);
  }
  if (base.protocol !== "https:" && base.protocol !== "http:") {
    throw addressError(
      `Cannot download from ${baseUrl}: it needs to start with https:// or http://`,
    );
  }
  options.signal?.throwIfAborted();
  return await new Download(set, options, base).run();
}
