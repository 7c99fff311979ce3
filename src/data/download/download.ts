/**
 * Downloads a data set as PhysioNet publishes it: several files at a time, each checked against the
 * published SHA-256 sum, resumed where an earlier run stopped.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../../errors.ts";
import { fileErrorReason } from "../files/file_errors.ts";

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

const SUMS = "SHA256SUMS.txt";
const LONGEST_PAUSE = 30_000;

interface Entry {
  readonly name: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sum: string;
}

/**
 * Reads a list of SHA-256 sums: lines of sum, blanks (an asterisk may follow), file name.
 *
 * @param origin Where the text came from, for messages.
 * @throws {UserError} where a line is something else, or a name leads out of the folder.
 */
export function parseSums(text: string, origin: string): Entry[] {
  const entries: Entry[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const match = /^([0-9a-f]{64})\s+\*?(\S.*?)\s*$/i.exec(line);
    if (match === null) {
      throw addressError(
        `Cannot read ${origin}: line ${i + 1} is not a SHA-256 sum and a file name`,
      );
    }
    const name = match[2].replace(/^\.\//, "");
    const parts = name.split("/");
    if (
      parts.some((part) => part === "" || part === "." || part === "..") ||
      /[\\:\p{Cc}]/u.test(name)
    ) {
      throw new UserError(
        `Cannot read ${origin}: line ${i + 1} names ${JSON.stringify(name)}, which is no file ` +
          `below the data set's folder`,
      );
    }
    entries.push({ name, sum: match[1].toLowerCase() });
  });
  if (entries.length === 0) throw new UserError(`Cannot use ${origin}: it lists no files`);
  return entries;
}

function isList(text: string): boolean {
  try {
    return parseSums(text, SUMS).length > 0;
  } catch {
    return false;
  }
}

/** A failure after which another attempt makes sense. */
class Transient extends Error {
  /** What the server asks to wait, milliseconds. */
  readonly wait: number | undefined;
  constructor(message: string, wait?: number) {
    super(message);
    this.wait = wait;
  }
}

/** Errors of the disk become messages; a full disk says that it is full. */
function diskError(error: unknown, path: string): UserError {
  const code = (error as { code?: string } | null)?.code;
  const reason = code === "ENOSPC" || code === "EDQUOT" ||
      (error instanceof Error && /no space left|quota/i.test(error.message))
    ? "the disk is full. Make room, then run the same command again: it continues where it stopped"
    : fileErrorReason(error);
  return new UserError(`Cannot write ${path}: ${reason}`);
}

/** Runs a file operation; what it throws becomes a {@linkcode UserError}. */
function onDisk<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw diskError(error, path);
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw diskError(error, path);
  }
}

/** Adds a file's bytes to a hash; one buffer, so that the size of the file does not matter. */
function hashFile(path: string, hash: Hash): void {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(1 << 18);
  for (let n = file.readSync(buffer); n !== null; n = file.readSync(buffer)) {
    hash.update(buffer.subarray(0, n));
  }
}

/** One download: the state that its workers share. */
class Download {
  readonly #set: DataSetFiles;
  readonly #options: DownloadOptions;
  readonly #base: URL;
  readonly #root: string;
  readonly #stop = new AbortController();
  /** Aborts on Ctrl-C and as soon as one worker has failed for good. */
  readonly #signal: AbortSignal;
  readonly #counts = { files: 0, downloaded: 0, resumed: 0, kept: 0, bytes: 0 };
  /** name → "sum size mtime" of the files that were verified. */
  readonly #known = new Map<string, string>();
  #ledger: Deno.FsFile | undefined;
  #reported = -Infinity;

  constructor(set: DataSetFiles, options: DownloadOptions, base: URL) {
    this.#set = set;
    this.#options = options;
    this.#base = base;
    this.#root = options.destination;
    this.#signal = options.signal
      ? AbortSignal.any([options.signal, this.#stop.signal])
      : this.#stop.signal;
  }

  async run(): Promise<DownloadSummary> {
    const { concurrency = 8 } = this.#options;
    const { wants = () => true, isLast = () => false, records, versions } = this.#set;
    onDisk(this.#root, () => Deno.mkdirSync(this.#root, { recursive: true }));
    const text = await this.#sums();
    const origin = new URL(SUMS, this.#base).href;
    const entries = parseSums(text, origin).filter(({ name }) => name !== SUMS && wants(name));
    const batches = [
      entries.filter(({ name }) => !isLast(name)),
      entries.filter(({ name }) => isLast(name)),
    ];
    this.#counts.files = entries.length;
    if (!entries.some(({ name }) => name.endsWith(".hea"))) {
      throw addressError(`Cannot use ${origin}: it lists no ${records}`, versions);
    }
    try {
      for (const batch of batches) await this.#all(batch, concurrency);
    } finally {
      this.#ledger?.close();
      this.#ledger = undefined;
    }
    this.#report(true);
    return this.#counts;
  }

  /** A few workers share one list; the first failure stops them all. */
  async #all(entries: readonly Entry[], concurrency: number): Promise<void> {
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
    await Promise.all(Array.from({ length: concurrency }, worker));
    this.#options.signal?.throwIfAborted();
    if (failure !== undefined) throw failure;
  }

  /** The list of sums: the one on disk if it is whole and came from the same place, else a new one. */
  async #sums(): Promise<string> {
    const path = `${this.#root}/${SUMS}`;
    const ledgerPath = `${this.#root}/${this.#set.ledger}`;
    const url = new URL(SUMS, this.#base);
    let text: string | undefined;
    // A verifying call trusts nothing on disk, the list included.
    if (!this.#options.verify && statOf(ledgerPath)?.isFile && statOf(path)?.isFile) {
      const [origin, ...lines] = onDisk(ledgerPath, () => Deno.readTextFileSync(ledgerPath))
        .split("\n");
      const known = onDisk(path, () => Deno.readTextFileSync(path));
      if (origin === this.#base.href && isList(known)) {
        text = known;
        // The last line of a killed run may be cut off and is not found.
        for (const line of lines) {
          const at = line.indexOf("\t");
          if (at > 0) this.#known.set(line.slice(at + 1), line.slice(0, at));
        }
      }
    }
    if (text === undefined) {
      const received = await this.#persist(SUMS, async () => {
        const decoder = new TextDecoder();
        let list = "";
        await this.#receive(url, 0, (chunk) => list += decoder.decode(chunk, { stream: true }));
        return list + decoder.decode();
      });
      parseSums(received, url.href);
      text = received;
      onDisk(path, () => {
        Deno.writeTextFileSync(`${path}.part`, received);
        Deno.renameSync(`${path}.part`, path);
      });
      onDisk(ledgerPath, () => Deno.writeTextFileSync(ledgerPath, `${this.#base.href}\n`));
    }
    this.#ledger = onDisk(ledgerPath, () => {
      const file = Deno.openSync(ledgerPath, { write: true, append: true, create: true });
      // Ends a line that a killed run may have left unfinished.
      file.writeSync(new TextEncoder().encode("\n"));
      return file;
    });
    return text;
  }

  /** Brings one file into place. */
  async #one({ name, sum }: Entry): Promise<void> {
    const path = `${this.#root}/${name}`;
    const found = statOf(path);
    if (found?.isDirectory) {
      throw new UserError(`Cannot write ${path}: there is a folder of this name`);
    }
    if (found !== undefined) {
      let right = this.#known.get(name) === stamp(sum, found);
      if (!right) {
        const hash = createHash("sha256");
        onDisk(path, () => hashFile(path, hash));
        right = hash.digest("hex") === sum;
        if (right) this.#remember(name, sum, found);
        // Hashing blocks this thread: let Ctrl-C and the other workers through.
        await setTimeout(0);
      }
      if (right) {
        this.#counts.kept++;
        this.#report(false);
        return;
      }
    }
    onDisk(dirname(path), () => Deno.mkdirSync(dirname(path), { recursive: true }));
    const hadPart = (statOf(`${path}.part`)?.size ?? 0) > 0;
    let wrong = 0;
    await this.#persist(name, async () => {
      const right = await this.#attempt(name, path, sum);
      if (right) return;
      onDisk(`${path}.part`, () => Deno.removeSync(`${path}.part`));
      if (++wrong === 2) {
        throw addressError(
          `Cannot use ${
            this.#url(name).href
          }: it was downloaded twice, and twice its SHA-256 sum ` +
            `was not the one in ${SUMS}. Try again later, or from elsewhere`,
        );
      }
      throw new Transient("its SHA-256 sum is wrong", 0);
    });
    onDisk(path, () => Deno.renameSync(`${path}.part`, path));
    this.#remember(name, sum, statOf(path));
    this.#counts.downloaded++;
    if (hadPart) this.#counts.resumed++;
    this.#report(false);
  }

  /** Receives the rest of a file; true where the whole then has the right sum. */
  async #attempt(name: string, path: string, sum: string): Promise<boolean> {
    const part = `${path}.part`;
    let hash = createHash("sha256");
    const offset = statOf(part)?.size ?? 0;
    if (offset > 0) onDisk(part, () => hashFile(part, hash));
    const file = onDisk(part, () => Deno.openSync(part, { write: true, create: true }));
    try {
      file.seekSync(0, Deno.SeekMode.End);
      await this.#receive(
        this.#url(name),
        offset,
        (chunk) => {
          onDisk(part, () => {
            for (let written = 0; written < chunk.length;) {
              written += file.writeSync(chunk.subarray(written));
            }
          });
          hash.update(chunk);
        },
        () => {
          // The server sends everything again.
          onDisk(part, () => {
            file.truncateSync(0);
            file.seekSync(0, Deno.SeekMode.Start);
          });
          hash = createHash("sha256");
        },
      );
    } finally {
      file.close();
    }
    return hash.digest("hex") === sum;
  }

  /**
   * One request. From `offset` on if the server agrees, else `restart` is called first.
   *
   * @throws {Transient} for what may pass: lost connections, 408, 429, 5xx.
   * @throws {UserError} for what will not: 404 and its like.
   */
  async #receive(
    url: URL,
    offset: number,
    take: (chunk: Uint8Array) => void,
    restart: () => void = () => {},
  ): Promise<void> {
    const stalled = new AbortController();
    const limit = this.#options.stall ?? 60_000;
    let timer = globalThis.setTimeout(() => stalled.abort(), limit);
    try {
      let response: Response;
      try {
        response = await fetch(url, {
          // Ranges count bytes of the file, so it must not come compressed.
          headers: {
            "accept-encoding": "identity",
            ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
          },
          signal: AbortSignal.any([this.#signal, stalled.signal]),
        });
      } catch (error) {
        throw this.#lost(error, stalled.signal, limit);
      }
      if (offset > 0 && response.status === 416) {
        // There is no more than what has arrived: its sum decides.
        await response.body?.cancel();
        return;
      }
      const isRest = response.status === 206 &&
        response.headers.get("content-range")?.startsWith(`bytes ${offset}-`) === true;
      if (!isRest && response.status !== 200) {
        await response.body?.cancel();
        throw statusError(response, url);
      }
      if (!isRest && offset > 0) restart();
      if (response.body === null) return;
      const reader = response.body.getReader();
      try {
        while (true) {
          let chunk: ReadableStreamReadResult<Uint8Array>;
          try {
            chunk = await reader.read();
          } catch (error) {
            throw this.#lost(error, stalled.signal, limit);
          }
          if (chunk.done) break;
          clearTimeout(timer);
          timer = globalThis.setTimeout(() => stalled.abort(), limit);
          take(chunk.value);
          this.#counts.bytes += chunk.value.length;
          this.#report(false);
        }
      } finally {
        await reader.cancel().catch(() => {});
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Names a failure of the network; stopping on purpose is not one. */
  #lost(error: unknown, stalled: AbortSignal, limit: number): unknown {
    if (this.#signal.aborted) return this.#signal.reason;
    if (stalled.aborted) return new Transient(`no data for ${Math.round(limit / 1000)} s`);
    const message = error instanceof Error ? error.message : String(error);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
    const all = `${message} ${cause}`;
    if (/dns error|failed to lookup|name resolution|not known/i.test(all)) {
      return new Transient("its address was not found (is the network up? is it right?)");
    }
    if (/refused/i.test(all)) return new Transient("the server refused the connection");
    if (/certificate|tls/i.test(all)) {
      return new UserError(`Cannot download from ${this.#base.host}: ${message}`);
    }
    return new Transient(`the connection was lost (${cause === "" ? message : cause})`);
  }

  /** Repeats an action with growing pauses as long as it fails in ways that may pass. */
  async #persist<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    const { attempts = 6, pause = 500 } = this.#options;
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
    return new URL(name.split("/").map(encodeURIComponent).join("/"), this.#base);
  }

  #remember(name: string, sum: string, info: Deno.FileInfo | undefined): void {
    if (info === undefined) return;
    const line = new TextEncoder().encode(`${stamp(sum, info)}\t${name}\n`);
    onDisk(`${this.#root}/${this.#set.ledger}`, () => this.#ledger?.writeSync(line));
  }

  #report(last: boolean): void {
    const now = performance.now();
    if (!last && now - this.#reported < 50) return;
    this.#reported = now;
    const { files, downloaded, kept, bytes } = this.#counts;
    this.#options.onProgress?.({ filesDone: downloaded + kept, filesTotal: files, bytes });
  }
}

/** What is remembered of a verified file: another size or time of change, and it is read again. */
function stamp(sum: string, info: Deno.FileInfo): string {
  return `${sum} ${info.size} ${info.mtime?.getTime() ?? 0}`;
}

/** An error that another address may mend. */
function addressError(message: string, versions = false): UserError {
  return new UserError(message, { remedy: "other-address", versions });
}

function statusError(response: Response, url: URL): Error {
  const { status } = response;
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get("retry-after"));
    return new Transient(
      `the server answered ${status}`,
      seconds > 0 ? Math.min(seconds * 1000, LONGEST_PAUSE) : undefined,
    );
  }
  const meaning = status === 404 || status === 410
    ? "there is no such file"
    : status === 401 || status === 403
    ? "access is denied; some data sets need an account"
    : "an answer that this program does not expect";
  return addressError(`Cannot download ${url.href}: the server answered ${status}, ${meaning}`);
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
 * @param set Which files the data set has
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
