/**
 * The kinds of command-line flags. A flag knows its type, range, default and description; from a
 * table of flags the parser, the `--help` page and the TypeScript type of the options follow.
 *
 * @module
 */

import { UsageError } from "../../errors.ts";
import { nearest } from "../../text/nearest.ts";

/** One flag of a command; `Value` is the type its option has in `run(options)`. */
export interface Flag<Value> {
  /** What stands behind the flag in the help page, such as `INTEGER` or `PATH`; empty: a switch. */
  readonly placeholder: string;
  /** What is allowed, in words that follow "give": "an integer of at least 1". */
  readonly allowed: string;
  /** One sentence for the help page. */
  readonly description: string;
  /** Whether a command line without it is an error. */
  readonly required: boolean;
  /** How the default is written in the help page; undefined when there is none. */
  readonly defaultText: string | undefined;
  /** The allowed words of a choice. */
  readonly choices: readonly string[] | undefined;
  /** The value when the flag is absent. */
  readonly absent: Value;
  /** Reads the texts given for the flag, in order (at least one). Throws {@link UsageError}. */
  read(texts: readonly string[], name: string): Value;
}

/** What every kind of flag takes. */
export interface FlagSpec<Value> {
  /** One sentence for the help page, without a full stop. */
  readonly description: string;
  /** Value when absent. Without it (and without `required`) the option may be undefined. */
  readonly default?: Value;
  /** How the help page writes the default when it is not a constant: "sized for the adapter". */
  readonly defaultText?: string;
  /** A command line without this flag is an error. */
  readonly required?: boolean;
}

/** Range of a number; each bound may be left out. */
export interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
  /** The value must be greater than this. */
  readonly exclusiveMinimum?: number;
  /** The value must be less than this. */
  readonly exclusiveMaximum?: number;
}

/** `Value`, or also undefined when the spec has neither a default nor `required: true`. */
export type Presence<Spec, Value> = Spec extends { readonly default: unknown } ? Value
  : Spec extends { readonly required: true } ? Value
  : Value | undefined;

/** The shape that {@link makeFlag} completes. */
interface Kind<Value> {
  placeholder: string;
  allowed: string;
  choices?: readonly string[];
  read(texts: readonly string[], name: string): Value;
  write(value: Value): string;
}

function makeFlag<Value, Spec extends FlagSpec<Value>>(
  spec: Spec,
  kind: Kind<Value>,
): Flag<Presence<Spec, Value>> {
  if (spec.default !== undefined && spec.required) {
    throw new TypeError(`A required flag has no default: ${spec.description}`);
  }
  return {
    placeholder: kind.placeholder,
    allowed: kind.allowed,
    description: spec.description,
    required: spec.required ?? false,
    defaultText: spec.defaultText ??
      (spec.default === undefined ? undefined : kind.write(spec.default)),
    choices: kind.choices,
    // Without a default it is used only when the flag is optional, and then `Presence` holds undefined.
    absent: spec.default as Presence<Spec, Value>,
    read: (texts, name) => kind.read(texts, name) as Presence<Spec, Value>,
  };
}

function reject(name: string, text: string, allowed: string): never {
  const given = text === "" ? "an empty text" : text;
  throw new UsageError(`--${name} was given ${given}: give ${allowed}`);
}

const last = (texts: readonly string[]) => texts[texts.length - 1];

function inRange(value: number, range: Range): boolean {
  return (range.minimum === undefined || value >= range.minimum) &&
    (range.maximum === undefined || value <= range.maximum) &&
    (range.exclusiveMinimum === undefined || value > range.exclusiveMinimum) &&
    (range.exclusiveMaximum === undefined || value < range.exclusiveMaximum);
}

/** "in (0, 1]", "of at least 1", "below 3"; empty without bounds. */
function describeRange(range: Range): string {
  const low = range.exclusiveMinimum ?? range.minimum;
  const high = range.exclusiveMaximum ?? range.maximum;
  if (low !== undefined && high !== undefined) {
    const open = range.exclusiveMinimum === undefined ? "[" : "(";
    const close = range.exclusiveMaximum === undefined ? "]" : ")";
    return ` in ${open}${low}, ${high}${close}`;
  }
  if (low !== undefined) {
    return range.exclusiveMinimum === undefined ? ` of at least ${low}` : ` above ${low}`;
  }
  if (high !== undefined) {
    return range.exclusiveMaximum === undefined ? ` of at most ${high}` : ` below ${high}`;
  }
  return "";
}

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function readInteger(text: string, range: Range): number | undefined {
  const value = INTEGER.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) && inRange(value, range) ? value : undefined;
}

function readNumber(text: string, range: Range): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) && inRange(value, range) ? value : undefined;
}

function checkDefault(values: readonly (number | undefined)[], range: Range): void {
  for (const value of values) {
    if (value !== undefined && !inRange(value, range)) {
      throw new RangeError(`Default ${value} is not${describeRange(range)}`);
    }
  }
}

/** A whole number, written with digits only (`1e3` and `20.0` are refused). */
export function integerFlag<const Spec extends FlagSpec<number> & Range>(
  spec: Spec,
): Flag<Presence<Spec, number>> {
  checkDefault([spec.default], spec);
  const allowed = `an integer${describeRange(spec)}`;
  return makeFlag<number, Spec>(spec, {
    placeholder: "INTEGER",
    allowed,
    read: (texts, name) => readInteger(last(texts), spec) ?? reject(name, last(texts), allowed),
    write: String,
  });
}

/** A finite number: `0.1`, `1e-3`, `-2`. */
export function numberFlag<const Spec extends FlagSpec<number> & Range>(
  spec: Spec,
): Flag<Presence<Spec, number>> {
  checkDefault([spec.default], spec);
  const allowed = `a number${describeRange(spec)}`;
  return makeFlag<number, Spec>(spec, {
    placeholder: "NUMBER",
    allowed,
    read: (texts, name) => readNumber(last(texts), spec) ?? reject(name, last(texts), allowed),
    write: String,
  });
}

/** Any text that is not empty. */
export function stringFlag<const Spec extends FlagSpec<string> & { readonly placeholder?: string }>(
  spec: Spec,
): Flag<Presence<Spec, string>> {
  const allowed = "a text that is not empty";
  return makeFlag<string, Spec>(spec, {
    placeholder: spec.placeholder ?? "TEXT",
    allowed,
    read: (texts, name) => last(texts) === "" ? reject(name, "", allowed) : last(texts),
    write: (value) => value === "" ? '""' : value,
  });
}

/**
 * A file or folder. A leading `~/` becomes the home folder, since shells leave it alone in
 * `--out=~/runs`. Whether the file exists is for the command to check.
 */
export function pathFlag<const Spec extends FlagSpec<string>>(
  spec: Spec,
): Flag<Presence<Spec, string>> {
  const allowed = "the path of a file or folder";
  return makeFlag<string, Spec>(spec, {
    placeholder: "PATH",
    allowed,
    read: (texts, name) => {
      const text = last(texts);
      if (text === "") return reject(name, text, allowed);
      const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
      return text.startsWith("~/") && home ? `${home}/${text.slice(2)}` : text;
    },
    write: (value) => value,
  });
}

/** One word of a list. */
export function choiceFlag<
  const Choice extends string,
  const Spec extends FlagSpec<NoInfer<Choice>>,
>(spec: Spec & { readonly choices: readonly Choice[] }): Flag<Presence<Spec, Choice>> {
  const { choices } = spec;
  if (spec.default !== undefined && !choices.includes(spec.default)) {
    throw new RangeError(`Default ${spec.default} is not one of ${choices.join(", ")}`);
  }
  const allowed = choices.length === 1 ? choices[0] : `one of ${choices.join(", ")}`;
  return makeFlag<Choice, Spec>(spec, {
    placeholder: "CHOICE",
    allowed,
    choices,
    read: (texts, name) => {
      const text = last(texts);
      const found = choices.find((choice) => choice === text);
      return found ?? rejectChoice(name, text, allowed, choices);
    },
    write: String,
  });
}

function rejectChoice(
  name: string,
  text: string,
  allowed: string,
  choices: readonly string[],
): never {
  const near = nearest(text, choices);
  return reject(name, text, near === undefined ? allowed : `${allowed}. Is ${near} meant?`);
}

/**
 * A switch: absent is false, `--freeze-encoder` is true, `--freeze-encoder=false` is false. A switch
 * that turns something off carries the word in its name: `no-shuffle` becomes `noShuffle`.
 */
export function booleanFlag(spec: { readonly description: string }): Flag<boolean> {
  const allowed = "true or false, or nothing at all";
  return {
    ...makeFlag<boolean, { description: string; default: false }>({ ...spec, default: false }, {
      placeholder: "",
      allowed,
      read: (texts, name) => {
        const text = last(texts);
        return text === "true" || (text === "false" ? false : reject(name, text, allowed));
      },
      write: String,
    }),
    defaultText: undefined,
  };
}

/** Splits `--seeds 1,2 --seeds 3` into its items. */
function items(texts: readonly string[], name: string, allowed: string): string[] {
  const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim());
  const empty = parts.indexOf("");
  return empty < 0 ? parts : reject(name, texts.join(","), allowed);
}

/** Numbers separated by commas, or the flag given several times: `--seeds 42,52 --seeds 62`. */
export function numberListFlag<
  const Spec extends FlagSpec<readonly number[]> & Range & {
    /** Whole numbers only. */
    readonly integer?: boolean;
  },
>(spec: Spec): Flag<Presence<Spec, readonly number[]>> {
  checkDefault(spec.default ?? [], spec);
  const allowed = `${spec.integer ? "integers" : "numbers"} separated by commas, each${
    describeRange(spec) || " finite"
  }`;
  const readItem = spec.integer ? readInteger : readNumber;
  return makeFlag<readonly number[], Spec>(spec, {
    placeholder: spec.integer ? "INTEGER,..." : "NUMBER,...",
    allowed,
    read: (texts, name) =>
      items(texts, name, allowed).map((item) =>
        readItem(item, spec) ?? reject(name, item, allowed)
      ),
    write: (values) => values.join(","),
  });
}

/**
 * Texts separated by commas, or the flag given several times. With `choices`, each must be one of them.
 */
export function stringListFlag<
  const Choice extends string,
  const Spec extends FlagSpec<readonly NoInfer<Choice>[]>,
>(
  spec: Spec & { readonly choices?: readonly Choice[] },
): Flag<Presence<Spec, readonly Choice[]>> {
  const { choices } = spec;
  const allowed = choices === undefined
    ? "texts separated by commas"
    : `words separated by commas, each one of ${choices.join(", ")}`;
  return makeFlag<readonly Choice[], Spec>(spec, {
    placeholder: choices === undefined ? "TEXT,..." : "CHOICE,...",
    allowed,
    choices,
    read: (texts, name) =>
      items(texts, name, allowed).map((item) => {
        if (choices === undefined) return item as Choice;
        return choices.find((choice) => choice === item) ??
          rejectChoice(name, item, allowed, choices);
      }),
    write: (values) => values.join(","),
  });
}
