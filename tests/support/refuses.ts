import { assertThrows } from "@std/assert";

/** Asserts that each call throws a `RangeError` with these words in its message. */
export function assertRefuses(cases: readonly (readonly [() => unknown, string])[]): void {
  for (const [call, message] of cases) assertThrows(call, RangeError, message);
}
