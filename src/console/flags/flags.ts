/**
 * The kinds of command-line flags. A flag knows its type, range, default and description; from a
 * table of flags the parser, the `--help` page and the TypeScript type of the options follow.
 *
 * @module
 */

import { UsageError } from "../../errors.ts";
import { decimal } from "../../text/decimal.ts";
import { nearest } from "../../text/nearest.ts";

/** One flag of a command; `Value` is the type its option has in `run(options)`. */
export interface Flag<Value> {
  /** What follows the flag in the help page, such as `INTEGER` or `PATH`; empty: a switch. */
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
  /** Whether it takes several values. */
  readonly list: boolean;
  /** Other names, each with what is said where it is used. */
  readonly aliases: Readonly<Record<string, string>>;
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
  /** Other names, each with a remark: `{ penalty: "it is scikit-learn's C" }`. */
  readonly aliases?: Readonly<Record<string, string>>;
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

/** One value of a flag: what may stand for it, and how it is read. */
interface Kind<Item> {
  readonly placeholder: string;
  readonly allowed: string;
  readonly choices?: readonly string[];
  /** Undefined: not allowed. */
  read(text: string): Item | undefined;
}

/** The fields that do not depend on how many values the flag takes. */
function common<Value, Spec extends FlagSpec<Value>>(spec: Spec, kind: Kind<unknown>) {
  if (spec.default !== undefined && spec.required) {
    throw new TypeError(`A required flag has no default: ${spec.description}`);
  }
  return {
    placeholder: kind.placeholder,
    allowed: kind.allowed,
    description: spec.description,
    required: spec.required ?? false,
    defaultText: spec.defaultText ?? (spec.default === undefined ? undefined : `${spec.default}`),
    choices: kind.choices,
    aliases: spec.aliases ?? {},
    // Without a default it is used only when the flag is optional, and then `Presence` holds undefined.
    absent: spec.default as Presence<Spec, Value>,
  };
}

/** A flag with one value; of several the last one counts. */
function single<Item, Spec extends FlagSpec<Item>>(
  spec: Spec,
  kind: Kind<Item>,
): Flag<Presence<Spec, Item>> {
  return {
    ...common<Item, Spec>(spec, kind),
    list: false,
    read: (texts, name) => readItem(kind, texts[texts.length - 1], name) as Presence<Spec, Item>,
  };
}

/** A flag with a list of values: `--seeds 1,2 --seeds 3` and `--seeds 1 2 3`. */
function several<Item, Spec extends FlagSpec<readonly Item[]>>(
  spec: Spec,
  kind: Kind<Item>,
): Flag<Presence<Spec, readonly Item[]>> {
  return {
    ...common<readonly Item[], Spec>(spec, kind),
    list: true,
    read: (texts, name) => {
      const items = texts.flatMap((text) => text.split(",")).map((item) => item.trim());
      if (items.includes("")) reject(name, texts.join(","), kind.allowed);
      const values: readonly Item[] = items.map((item) => readItem(kind, item, name));
      return values as Presence<Spec, readonly Item[]>;
    },
  };
}

function readItem<Item>(kind: Kind<Item>, text: string, name: string): Item {
  const value = kind.read(text);
  if (value !== undefined) return value;
  const near = kind.choices && nearest(text, kind.choices);
  return reject(
    name,
    text,
    near === undefined ? kind.allowed : `${kind.allowed}. Is ${near} meant?`,
  );
}

function reject(name: string, text: string, allowed: string): never {
  const given = text === "" ? "an empty text" : text;
  throw new UsageError(`--${name} was given ${given}: give ${allowed}`);
}

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

function readInteger(text: string): number | undefined {
  const value = INTEGER.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Numbers in a range, whose defaults are checked. */
function numberKind(
  range: Range,
  defaults: readonly (number | undefined)[],
  kind: Kind<number>,
): Kind<number> {
  for (const value of defaults) {
    if (value !== undefined && !inRange(value, range)) {
      throw new RangeError(`Default ${value} is not${describeRange(range)}`);
    }
  }
  return {
    ...kind,
    read(text) {
      const value = kind.read(text);
      return value !== undefined && inRange(value, range) ? value : undefined;
    },
  };
}

/** A whole number, written with digits only (`1e3` and `20.0` are refused). */
export function integerFlag<const Spec extends FlagSpec<number> & Range>(
  spec: Spec,
): Flag<Presence<Spec, number>> {
  const allowed = `an integer${describeRange(spec)}`;
  const kind = { placeholder: "INTEGER", allowed, read: readInteger };
  return single<number, Spec>(spec, numberKind(spec, [spec.default], kind));
}

/** A finite number: `0.1`, `1e-3`, `-2`. */
export function numberFlag<const Spec extends FlagSpec<number> & Range>(
  spec: Spec,
): Flag<Presence<Spec, number>> {
  const allowed = `a number${describeRange(spec)}`;
  const kind = { placeholder: "NUMBER", allowed, read: decimal };
  return single<number, Spec>(spec, numberKind(spec, [spec.default], kind));
}

/** Numbers separated by commas or blanks, or the flag given several times. */
export function numberListFlag<
  const Spec extends FlagSpec<readonly number[]> & Range & {
    /** Whole numbers only. */
    readonly integer?: boolean;
  },
>(spec: Spec): Flag<Presence<Spec, readonly number[]>> {
  const kind = {
    placeholder: spec.integer ? "INTEGER,..." : "NUMBER,...",
    allowed: `${spec.integer ? "integers" : "numbers"} separated by commas, each${
      describeRange(spec) || " finite"
    }`,
    read: spec.integer ? readInteger : decimal,
  };
  return several<number, Spec>(spec, numberKind(spec, spec.default ?? [], kind));
}

/** Any text that is not empty. */
export function stringFlag<const Spec extends FlagSpec<string> & { readonly placeholder?: string }>(
  spec: Spec,
): Flag<Presence<Spec, string>> {
  return single<string, Spec>(spec, {
    placeholder: spec.placeholder ?? "TEXT",
    allowed: "a text that is not empty",
    read: (text) => text || undefined,
  });
}

/**
 * A file or folder. A leading `~/` becomes the home folder, since shells leave it alone in
 * `--out=~/runs`. Whether the file exists is for the command to check.
 */
export function pathFlag<const Spec extends FlagSpec<string>>(
  spec: Spec,
): Flag<Presence<Spec, string>> {
  return single<string, Spec>(spec, {
    placeholder: "PATH",
    allowed: "the path of a file or folder",
    read: (text) => {
      const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
      return (text.startsWith("~/") && home ? `${home}/${text.slice(2)}` : text) || undefined;
    },
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
  return single<Choice, Spec>(spec, {
    placeholder: "CHOICE",
    allowed: choices.length === 1 ? choices[0] : `one of ${choices.join(", ")}`,
    choices,
    read: (text) => choices.find((choice) => choice === text),
  });
}

/**
 * Texts separated by commas or blanks, or the flag given several times. With `choices`, each must be
 * one of them.
 */
export function stringListFlag<
  const Choice extends string,
  const Spec extends FlagSpec<readonly NoInfer<Choice>[]>,
>(
  spec: Spec & { readonly choices?: readonly Choice[] },
): Flag<Presence<Spec, readonly Choice[]>> {
  const { choices } = spec;
  return several<Choice, Spec>(spec, {
    placeholder: choices === undefined ? "TEXT,..." : "CHOICE,...",
    allowed: choices === undefined
      ? "texts separated by commas"
      : `words separated by commas, each one of ${choices.join(", ")}`,
    choices,
    read: (text) => choices === undefined ? text as Choice : choices.find((each) => each === text),
  });
}

/**
 * A switch: absent is false, `--freeze-encoder` is true, `--freeze-encoder=false` is false. A switch
 * that turns something off carries the word in its name: `no-shuffle` becomes `noShuffle`.
 */
export function booleanFlag(
  spec: Pick<FlagSpec<boolean>, "description" | "aliases">,
): Flag<boolean> {
  const flag = single<boolean, { description: string; default: boolean }>(
    { ...spec, default: false },
    {
      placeholder: "",
      allowed: "true or false, or nothing at all",
      read: (text) => text === "true" || (text === "false" ? false : undefined),
    },
  );
  return { ...flag, defaultText: undefined };
}
