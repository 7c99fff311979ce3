/**
 * Types for the five packages of Deno's standard library, which reach this project through npm
 * (package `deno-std`, plain JavaScript). With the JSR registry at hand this file and five lines
 * of `import_map.json` are all that changes.
 */

declare module "@std/assert" {
  export class AssertionError extends Error {}
  export function assert(condition: unknown, message?: string): asserts condition;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    message?: string,
  ): void;
  export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    // deno-lint-ignore no-explicit-any
    errorClass?: new (...args: any[]) => E,
    messageIncludes?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    // deno-lint-ignore no-explicit-any
    errorClass?: new (...args: any[]) => E,
    messageIncludes?: string,
  ): Promise<E>;
  export function fail(message?: string): never;
}

declare module "@std/cli" {
  export function parseArgs<Flag extends string>(
    args: readonly string[],
    options: { boolean: readonly Flag[]; alias?: Record<string, string> },
  ): Record<Flag, boolean> & { _: (string | number)[] };
}

declare module "@std/csv" {
  export interface ParseOptions {
    separator?: string;
    comment?: string;
    skipFirstRow?: boolean;
    columns?: readonly string[];
    lazyQuotes?: boolean;
  }
  export function parse(text: string, options: ParseOptions & { skipFirstRow: true }): Record<
    string,
    string
  >[];
  export function parse(text: string, options?: ParseOptions): string[][];
  export function stringify(
    data: readonly unknown[],
    options?: { columns?: readonly string[]; headers?: boolean; separator?: string },
  ): string;
}

declare module "@std/text" {
  export function levenshteinDistance(from: string, to: string): number;
}

declare module "@std/yaml" {
  export function stringify(data: unknown, options?: { lineWidth?: number }): string;
  export function parse(text: string): unknown;
}
