/**
 * Measures which variant of a kernel is the fastest on this adapter, once for each problem, and
 * keeps the winners on disk.
 *
 * A job records its step once as a dry run (nothing is launched), passes `recorder.tunables` to
 * {@linkcode tune}, and records again: now every layer finds its winner in `kernels.tuning`.
 *
 * Results and tuning: the variants of a product add each output in the same order and give the same
 * bits, but the moments of batch normalization and the weight gradients are added tile by tile and
 * chunk by chunk. Two runs give the same bits when they use the same winners, so a winner that is
 * on disk is never measured again, and a problem that the time budget left out keeps its best guess
 * for good. Where the file cannot be written, each run measures again and may differ in last bits;
 * `enabled: false` uses the best guesses and depends on no measurement.
 */

import { dirname, join } from "node:path";
import { DeviceLostError, type Gpu } from "./device.ts";
import { type KernelLibrary, kernelSources } from "./kernels.ts";
import { Recorder, type Tunable } from "./recorder.ts";
import { timeProgram } from "./time_program.ts";
import { adapterKind, type TuningOptions, type Variant } from "./tuning.ts";

/** What {@linkcode tune} did. */
export interface TuningReport {
  /** Problems measured now. */
  readonly measured: number;
  /** Problems whose winner was on disk. */
  readonly known: number;
  /** Problems left with their best guess because the budget was spent. */
  readonly guessed: number;
  /** Where the winners are kept; undefined where no file could be written. */
  readonly file: string | undefined;
  /** Time taken. */
  readonly milliseconds: number;
}

/** Times of one variant, kept in the file for inspection. */
export interface Measurement extends Variant {
  /** Each run after the warm-up; empty where the variant failed. */
  readonly milliseconds: readonly number[];
  /** Why the variant cannot run here. */
  readonly failure?: string;
}

/** What the file knows of one problem on one adapter. */
interface Entry {
  /** Hash of the texts of the kernels and of the list of variants. */
  readonly hash: string;
  readonly winner: Variant;
  readonly measurements: readonly Measurement[];
}

/** Entries by adapter and by problem. */
type Entries = Record<string, Record<string, Entry>>;

const FORMAT = "ssrl-ecg tuning 1";

/**
 * Finds the fastest variant of every problem that `kernels.tuning` does not know, on disk or by
 * measuring it on scratch buffers of the real shapes: one warm-up, then the median of a few runs.
 * The slow variants for any extents are left out where there is another.
 *
 * @param tunables Problems of a recording: `recorder.tunables.values()`.
 * @returns What was done. An unreadable or corrupt file is ignored and replaced; an unwritable
 * one is left alone.
 */
export async function tune(
  kernels: KernelLibrary,
  tunables: Iterable<Tunable>,
  options: TuningOptions = {},
): Promise<TuningReport> {
  const started = performance.now();
  const { gpu, tuning } = kernels;
  const unknown = [...tunables].filter(({ key }) => tuning.lookup(key) === undefined);
  const enabled = options.enabled ?? !gpu.software;
  if (!enabled || unknown.length === 0) {
    return { measured: 0, known: 0, guessed: 0, file: undefined, milliseconds: 0 };
  }
  const file = options.file ?? defaultTuningFile();
  const adapter = adapterKey(gpu);
  const stored = file === undefined ? {} : (await readEntries(file))[adapter] ?? {};
  const found: Record<string, Entry> = {};
  const counts = { measured: 0, known: 0, guessed: 0 };
  for (const [i, tunable] of unknown.entries()) {
    const { key, candidates } = tunable;
    const hash = await hashCandidates(candidates);
    const entry = stored[key];
    const winner = entry?.hash === hash && candidates.find((one) => same(one, entry.winner));
    if (winner) {
      tuning.remember(key, winner);
      counts.known++;
      continue;
    }
    let measurements: Measurement[] = [];
    if (performance.now() - started < (options.budget ?? 20_000)) {
      options.onProgress?.(i, unknown.length, key);
      measurements = await measureAll(kernels, tunable);
      counts.measured++;
    } else {
      counts.guessed++;
    }
    const best = fastest(measurements) ?? candidates.at(measurements.length > 0 ? -1 : 0)!;
    tuning.remember(key, best);
    found[key] = { hash, winner: best, measurements };
  }
  const written = file !== undefined &&
    (Object.keys(found).length === 0 || await writeEntries(file, adapter, found));
  return {
    ...counts,
    file: written ? file : undefined,
    milliseconds: performance.now() - started,
  };
}

/** The variant of the smallest median, the earlier one of two equals. */
function fastest(measurements: readonly Measurement[]): Variant | undefined {
  const timed = measurements.filter(({ milliseconds }) => milliseconds.length > 0);
  if (timed.length === 0) return undefined;
  const { kernel, constants } = timed.reduce((best, one) =>
    median(one.milliseconds) < median(best.milliseconds) ? one : best
  );
  return { kernel, constants };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

async function measureAll(kernels: KernelLibrary, tunable: Tunable): Promise<Measurement[]> {
  const quick = tunable.candidates.filter(({ kernel }) => !kernel.endsWith("_simple"));
  const candidates = quick.length > 0 ? quick : tunable.candidates;
  const measurements: Measurement[] = [];
  // On a processor a run is long and the candidates few; a GPU's short runs need a median of more.
  const repeats = kernels.gpu.software ? 2 : 5;
  for (const { kernel, constants } of candidates.slice(0, kernels.gpu.software ? 3 : 8)) {
    try {
      const milliseconds = await measure(kernels, tunable, { kernel, constants }, repeats);
      measurements.push({ kernel, constants, milliseconds });
    } catch (error) {
      if (error instanceof DeviceLostError) throw error;
      // Too much workgroup memory, a driver that cannot compile it: the others remain, and where
      // none does the last candidate, the plainest kernel, is taken unmeasured.
      const failure = error instanceof Error ? error.message.split("\n")[0] : String(error);
      measurements.push({ kernel, constants, milliseconds: [], failure });
    }
  }
  return measurements;
}

/** Milliseconds of each of `repeats` runs after a warm-up. */
async function measure(
  kernels: KernelLibrary,
  tunable: Tunable,
  variant: Variant,
  repeats: number,
): Promise<number[]> {
  const { gpu } = kernels;
  const recorder = new Recorder(kernels);
  // All repeats in one recording, since every wait for the device costs 11 ms in Deno.
  const ends: number[] = [];
  for (let i = 0; i <= (gpu.canTime ? repeats : 0); i++) {
    tunable.record(recorder, variant);
    ends.push(recorder.dispatches.length);
  }
  const program = await recorder.plan();
  try {
    if (gpu.canTime) {
      const times = await program.profile();
      return ends.slice(1).map((end, i) =>
        times.slice(ends[i], end).reduce((sum, { milliseconds }) => sum + milliseconds, 0)
      );
    }
    return await timeProgram(program, repeats);
  } finally {
    program.destroy();
  }
}

/** What a measurement holds for: the adapter and the WebGPU implementation. */
function adapterKey(gpu: Gpu): string {
  const { vendor, architecture, device, description } = gpu.adapter.info;
  const names = [description, vendor, architecture, device].filter((part) => part !== "");
  return [...names, `${adapterKind(gpu)} ${gpu.subgroupSize}`, `Deno ${Deno.version.deno}`]
    .join(", ");
}

async function hashCandidates(candidates: readonly Variant[]): Promise<string> {
  const names = new Set(candidates.map(({ kernel }) => kernel));
  for (const name of Object.keys(kernelSources)) {
    if (name.startsWith("shared/") || name.startsWith("sum_partials")) names.add(name);
  }
  const texts = [...names].sort().map((name) => `${name}\n${kernelSources[name] ?? ""}`);
  const bytes = new TextEncoder().encode(texts.join("\n") + candidates.map(spell).join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function spell({ kernel, constants }: Variant): string {
  return `${kernel} ${JSON.stringify(Object.entries(constants).sort())}`;
}

function same(a: Variant, b: Variant): boolean {
  return spell(a) === spell(b);
}

/**
 * Where winners are kept: `ssrl-ecg/tuning.json` in the user's cache folder (`XDG_CACHE_HOME` or
 * `~/.cache`; macOS `~/Library/Caches`; Windows `LOCALAPPDATA`).
 *
 * @returns The path, or undefined where no such folder is known.
 */
export function defaultTuningFile(): string | undefined {
  const env = (name: string): string | undefined => {
    try {
      return Deno.env.get(name) || undefined;
    } catch {
      return undefined; // no permission to look
    }
  };
  const home = env("HOME") ?? env("USERPROFILE");
  const folder = env("XDG_CACHE_HOME") ??
    (Deno.build.os === "windows"
      ? env("LOCALAPPDATA")
      : home && join(home, ...(Deno.build.os === "darwin" ? ["Library", "Caches"] : [".cache"])));
  return folder === undefined ? undefined : join(folder, "ssrl-ecg", "tuning.json");
}

/** The file's entries; none where there is no file or it is not one of ours. */
async function readEntries(file: string): Promise<Entries> {
  try {
    const parsed = JSON.parse(await Deno.readTextFile(file));
    if (parsed?.format !== FORMAT || !isRecord(parsed.adapters)) return {};
    const entries: Entries = {};
    for (const [adapter, problems] of Object.entries(parsed.adapters)) {
      if (!isRecord(problems)) continue;
      entries[adapter] = {};
      for (const [key, entry] of Object.entries(problems)) {
        if (isEntry(entry)) entries[adapter][key] = entry;
      }
    }
    return entries;
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is Entry {
  return isRecord(value) && typeof value.hash === "string" && isRecord(value.winner) &&
    typeof value.winner.kernel === "string" && isRecord(value.winner.constants);
}

/**
 * Adds entries to the file: reads what another process may have added meanwhile, writes a temporary
 * file beside it, and renames that. False where the folder is not writable.
 */
async function writeEntries(
  file: string,
  adapter: string,
  found: Record<string, Entry>,
): Promise<boolean> {
  const temporary = `${file}.${Deno.pid}.tmp`;
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    const adapters = await readEntries(file);
    adapters[adapter] = { ...adapters[adapter], ...found };
    await Deno.writeTextFile(temporary, JSON.stringify({ format: FORMAT, adapters }, null, 1));
    await Deno.rename(temporary, file);
    return true;
  } catch {
    await Deno.remove(temporary).catch(() => {});
    return false;
  }
}
