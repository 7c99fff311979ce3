/** The event file of a run, which TensorBoard reads while it grows. */

import { Buffer } from "node:buffer";
import { join } from "node:path";
import { encodeEvent, type Event } from "./tensorboard/event.ts";
import { frameRecord } from "./tensorboard/record.ts";

/** How TensorBoard knows an event file; what follows is the time it was opened, and who wrote it. */
const PREFIX = "events.out.tfevents.";
const SUFFIX = ".ssrl-ecg";

/** An event file; every append is one write, so what a kill can tear is the last one. */
export class EventFile {
  private constructor(readonly path: string, readonly file: Deno.FsFile) {}

  /**
   * Begins a new file in a run folder and removes those of earlier parts of the run, whose events
   * are among the `first`. A new name, because a TensorBoard that is running continues in a file where
   * it stopped reading; in a new one it starts from the beginning and drops the points that it shows twice.
   *
   * @param first Events after the version
   */
  static open(folder: string, first: readonly Event[]): EventFile {
    const now = Date.now() / 1000;
    const name = `${PREFIX}${Math.floor(now)}${SUFFIX}`;
    const path = join(folder, name);
    const opened = new EventFile(path, Deno.createSync(path));
    opened.append([{ kind: "version", wallTime: first[0]?.wallTime ?? now }, ...first]);
    for (const each of eventFiles(folder)) {
      if (each !== name) Deno.removeSync(join(folder, each));
    }
    return opened;
  }

  append(events: readonly Event[]): void {
    const bytes = Buffer.concat(events.map((event) => frameRecord(encodeEvent(event))));
    for (let done = 0; done < bytes.length;) done += this.file.writeSync(bytes.subarray(done));
  }

  close(): void {
    this.file.close();
  }
}

/** Names of the event files of runs in a folder. */
export function eventFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX));
}
