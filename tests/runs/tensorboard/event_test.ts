/** Event files against what TensorBoard's own reader makes of them. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { crc32c, maskedCrc32c } from "../../../src/runs/tensorboard/crc32c.ts";
import { encodeEvent, type Event } from "../../../src/runs/tensorboard/event.ts";
import { frameRecord } from "../../../src/runs/tensorboard/record.ts";
import { inRepository } from "../../support/paths.ts";
import { FIXTURE_EVENTS, fixtureBytes } from "./fixture_events.ts";
import { readEvents } from "./read_events.ts";

const FOLDER = inRepository("tests/fixtures/tensorboard");

const decoded = JSON.parse(Deno.readTextFileSync(`${FOLDER}/decoded.json`));

type EventOf<Kind> = Extract<Event, { readonly kind: Kind }>;

function ofKind<Kind extends Event["kind"]>(kind: Kind): EventOf<Kind>[] {
  return FIXTURE_EVENTS.filter((event): event is EventOf<Kind> => event.kind === kind);
}

/** As the Python script writes numbers. */
const inJson = (value: number) => Number.isNaN(value) ? "NaN" : Math.fround(value);

Deno.test("CRC-32C has the values of RFC 3720, appendix B.4", () => {
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
  assertEquals(crc32c(new Uint8Array()), 0);
  // Rotation and sum leave 32 bits.
  assertEquals(maskedCrc32c(new Uint8Array()), 0xa282ead8);
});

Deno.test("the bytes are those that TensorBoard was given", () => {
  assertEquals(
    fixtureBytes(),
    Deno.readFileSync(`${FOLDER}/events.out.tfevents.1700000000.ssrl-ecg`),
  );
});

Deno.test("TensorBoard's reader found every event, number and tag", () => {
  assertEquals(decoded.events.length, FIXTURE_EVENTS.length);
  for (const [i, event] of FIXTURE_EVENTS.entries()) {
    const read = decoded.events[i];
    assertEquals(read.wall_time, event.wallTime);
    assertEquals(read.step, event.kind === "scalars" ? event.step : 0);
    if (event.kind === "version") assertEquals(read.file_version, "brain.Event:2");
    if (event.kind === "scalars") {
      const values = Object.entries(event.values);
      assertEquals(
        read.values,
        values.map(([tag, value]) => ({ tag, simple_value: inJson(value) })),
      );
    }
  }
});

Deno.test("TensorBoard draws every scalar at its step and time", () => {
  const expected: Record<string, unknown[][]> = {};
  for (const { wallTime, step, values } of ofKind("scalars")) {
    for (const [tag, value] of Object.entries(values)) {
      (expected[tag] ??= []).push([wallTime, step, inJson(value)]);
    }
  }
  assertEquals(decoded.scalars, expected);
});

Deno.test("TensorBoard's hparams page has every setting with its type, and the end", () => {
  const [start] = ofKind("session start");
  const [end] = ofKind("session end");
  assertEquals(decoded.hparams, {
    settings: start.settings,
    start_time_secs: start.wallTime,
    status: 1, // STATUS_SUCCESS
    end_time_secs: end.wallTime,
  });
});

Deno.test("a reader from the specification agrees with TensorBoard's", () => {
  const events = readEvents(fixtureBytes());
  assertEquals(events.length, decoded.events.length);
  for (const [i, event] of events.entries()) {
    const { wall_time, step, file_version, values = [] } = decoded.events[i];
    assertEquals([event.wallTime, event.step, event.version], [wall_time, step, file_version]);
    const scalars = values.filter((value: object) => "simple_value" in value);
    assertEquals(
      Object.entries(event.scalars),
      scalars.map(({ tag, simple_value }: { tag: string; simple_value: number | "NaN" }) => [
        tag,
        Number(simple_value),
      ]),
    );
    assertEquals(event.hparams.length, values.length - scalars.length);
  }
});

Deno.test("a changed bit anywhere in a record is noticed", () => {
  const record = frameRecord(encodeEvent(FIXTURE_EVENTS[3]));
  // Not in the upper bytes of the length, where it would reach beyond any file.
  for (const at of [0, 8, 11, 12, 40, record.length - 1]) {
    const changed = record.slice();
    changed[at] ^= 4;
    assertThrows(() => readEvents(changed), Error);
  }
  assert(readEvents(record).length === 1);
});
