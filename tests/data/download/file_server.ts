/** Files behind HTTP as PhysioNet offers them, with the faults of real servers on demand. */

import { createHash } from "node:crypto";

/** What the server does wrong; names are removed once the fault has happened. */
export interface Faults {
  /** Files whose connection breaks half-way, once. */
  drop: Set<string>;
  /** Files for which a range request is answered with the whole file, once. */
  ignoreRange: Set<string>;
  /** Files of which one byte is wrong: how often. */
  corrupt: Map<string, number>;
  /** Files that answer with a status: how often. */
  status: Map<string, { code: number; times: number; retryAfter?: string }>;
  /** Files that never answer. */
  silent: Set<string>;
}

/** The server and what it saw. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Changes a file; the list of sums follows unless told otherwise. */
  replace(name: string, content: string, updateSums?: boolean): void;
  readonly faults: Faults;
  /** Requests in order, "GET name" or "GET name bytes=…". */
  readonly requests: string[];
  /** Called at each request, before the answer. */
  onRequest?: (name: string) => void;
}

/**
 * Starts a server on a free port of this machine.
 *
 * @param files Name and content; the list of their sums is added
 * @param prefix Path of the address, with slashes at both ends
 */
export function serveFiles(
  files: Map<string, Uint8Array<ArrayBuffer>>,
  prefix: string,
): FileServer {
  const writeSums = () => {
    files.delete("SHA256SUMS.txt");
    const lines = [...files].map(([name, content]) =>
      `${createHash("sha256").update(content).digest("hex")} ${name}\n`
    );
    files.set("SHA256SUMS.txt", new TextEncoder().encode(lines.join("")));
  };
  writeSums();
  const faults: Faults = {
    drop: new Set(),
    ignoreRange: new Set(),
    corrupt: new Map(),
    status: new Map(),
    silent: new Set(),
  };
  const requests: string[] = [];
  const silences: (() => void)[] = [];
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : "";
    const range = request.headers.get("range");
    requests.push(`GET ${name}${range === null ? "" : ` ${range}`}`);
    server.onRequest?.(name);
    const content = files.get(name);
    if (content === undefined) return new Response("no such file", { status: 404 });
    if (faults.silent.has(name)) await new Promise<void>((resolve) => silences.push(resolve));
    const status = faults.status.get(name);
    if (status !== undefined && status.times-- > 0) {
      const headers = status.retryAfter ? { "retry-after": status.retryAfter } : undefined;
      return new Response("busy", { status: status.code, headers });
    }
    let body = content;
    const corrupt = faults.corrupt.get(name) ?? 0;
    if (corrupt > 0) {
      faults.corrupt.set(name, corrupt - 1);
      body = body.slice();
      body[body.length >> 1] ^= 1;
    }
    const headers = new Headers();
    let code = 200;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (from > 0 && !faults.ignoreRange.delete(name)) {
      if (from >= body.length) return new Response(null, { status: 416 });
      headers.set("content-range", `bytes ${from}-${body.length - 1}/${body.length}`);
      body = body.subarray(from);
      code = 206;
    }
    if (faults.drop.delete(name)) {
      const half = body.subarray(0, body.length >> 1);
      headers.set("content-length", String(body.length));
      return new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(half);
            // Time for the half to leave before the connection breaks.
            await new Promise((resolve) => setTimeout(resolve, 30));
            controller.close(); // short of the promised length: the connection is cut
          },
        }),
        { status: code, headers },
      );
    }
    return new Response(body, { status: code, headers });
  });
  const server: FileServer = {
    url: `http://127.0.0.1:${http.addr.port}${prefix}`,
    files,
    faults,
    requests,
    replace(name, content, updateSums = true) {
      files.set(name, new TextEncoder().encode(content));
      if (updateSums) writeSums();
    },
    async [Symbol.asyncDispose]() {
      for (const end of silences) end();
      await http.shutdown();
    },
  };
  return server;
}
