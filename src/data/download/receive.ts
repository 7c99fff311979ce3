/** One HTTP request for a file or the rest of it. */

import { UserError } from "../../errors.ts";
import { addressError } from "./sums.ts";

/** The longest pause between two attempts, milliseconds. */
export const LONGEST_PAUSE = 30_000;

/** A failure after which another attempt makes sense. */
export class Transient extends Error {
  /** @param wait What the server asks to wait, milliseconds */
  constructor(message: string, readonly wait?: number) {
    super(message);
  }
}

/** What becomes of the bytes of a file. */
export interface Receiver {
  take(chunk: Uint8Array): void;
  /** Called before `take` where the server sends everything again. */
  restart?(): void;
}

/**
 * Requests a file from byte `offset` on.
 *
 * @param stall Milliseconds without a byte after which the connection counts as lost
 * @throws {Transient} for what may pass: lost connections, 408, 429, 5xx
 * @throws {UserError} for what will not: 404 and its like; `signal.reason` when aborted
 */
export async function receive(
  url: URL,
  offset: number,
  receiver: Receiver,
  { signal, stall }: { signal: AbortSignal; stall: number },
): Promise<void> {
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), stall);
  };
  const onNetwork = async <Result>(step: Promise<Result>): Promise<Result> => {
    try {
      return await step;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!stalled.signal.aborted) throw networkError(error, url);
      throw new Transient(`no data for ${Math.round(stall / 1000)} s`);
    }
  };
  alive();
  try {
    const response = await onNetwork(fetch(url, {
      // Ranges count bytes of the file, so it must not come compressed.
      headers: {
        "accept-encoding": "identity",
        ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
      },
      signal: AbortSignal.any([signal, stalled.signal]),
    }));
    const { status, headers, body } = response;
    // There is no more than what has arrived: its sum decides.
    if (offset > 0 && status === 416) return await body?.cancel();
    const isRest = status === 206 &&
      headers.get("content-range")?.startsWith(`bytes ${offset}-`) === true;
    if (!isRest && status !== 200) {
      await body?.cancel();
      throw statusError(response, url);
    }
    if (!isRest && offset > 0) receiver.restart?.();
    const reader = body?.getReader();
    try {
      while (reader !== undefined) {
        const { done, value } = await onNetwork(reader.read());
        if (done) return;
        alive();
        receiver.take(value);
      }
    } finally {
      await reader?.cancel().catch(() => {});
    }
  } finally {
    clearTimeout(timer);
  }
}

function networkError(error: unknown, url: URL): Error {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  const all = `${message} ${cause}`;
  if (/dns error|failed to lookup|name resolution|not known/i.test(all)) {
    return new Transient("its address was not found (is the network up? is it right?)");
  }
  if (/refused/i.test(all)) return new Transient("the server refused the connection");
  if (/certificate|tls/i.test(all)) {
    return new UserError(`Cannot download from ${url.host}: ${message}`);
  }
  return new Transient(`the connection was lost (${cause || message})`);
}

function statusError({ status, headers }: Response, url: URL): Error {
  if (status === 408 || status === 429 || status >= 500) {
    const wait = Number(headers.get("retry-after")) * 1000;
    return new Transient(
      `the server answered ${status}`,
      wait > 0 ? Math.min(wait, LONGEST_PAUSE) : undefined,
    );
  }
  const meaning = status === 404 || status === 410
    ? "there is no such file"
    : status === 401 || status === 403
    ? "access is denied; some data sets need an account"
    : "an answer that this program does not expect";
  return addressError(`Cannot download ${url.href}: the server answered ${status}, ${meaning}`);
}
