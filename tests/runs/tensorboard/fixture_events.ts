/** The events of `tests/fixtures/tensorboard`, and the bytes that this project writes for them. */

import { encodeEvent, type Event } from "../../../src/runs/tensorboard/event.ts";
import { frameRecord } from "../../../src/runs/tensorboard/record.ts";

/** Every kind of event: zero and large steps, values of all signs and sizes, settings of all types. */
export const FIXTURE_EVENTS: readonly Event[] = [
  { kind: "version", wallTime: 1700000000.25 },
  {
    kind: "session start",
    wallTime: 1700000000.5,
    settings: {
      command: "train-supervised",
      learningRate: 0.001,
      seed: 0,
      shuffle: true,
      freezeEncoder: false,
      "adam/weightDecay": 1e-5,
      data: "Größe µV, 心電図",
    },
  },
  { kind: "scalars", wallTime: 1700000001, step: 0, values: { "validation/probe_auroc": 0.5 } },
  {
    kind: "scalars",
    wallTime: 1700000002.125,
    step: 1,
    values: { "train/loss": 0.693147, "train/gradient_norm": 0, "train/learning_rate": 3e-4 },
  },
  { kind: "scalars", wallTime: 1700000003, step: 127, values: { "train/loss": -1.5 } },
  { kind: "scalars", wallTime: 1700000004, step: 128, values: { "train/loss": NaN } },
  { kind: "scalars", wallTime: 1700000005, step: 5_000_000_000, values: { "train/loss": 1e30 } },
  // Longer than 127 bytes, so that lengths take two bytes at every level.
  {
    kind: "scalars",
    wallTime: 1700000006,
    step: 3,
    values: Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`validation/metric_${i}`, 1 / (i + 1)]),
    ),
  },
  { kind: "session end", wallTime: 1700000007.75 },
];

/** The event file. */
export function fixtureBytes(): Uint8Array {
  return Uint8Array.from(FIXTURE_EVENTS.flatMap((event) => [...frameRecord(encodeEvent(event))]));
}

if (import.meta.main) Deno.writeFileSync(Deno.args[0], fixtureBytes());
