/**
 * The kinds of command-line flags. A flag knows its type, range, default and description; from a
 * table of flags the parser, the `--help` page and the TypeScript type of the options follow.
 */

import { UsageError } from "../../errors.ts";
import { decimal } from "../../text/decimal.ts";
import { didYouMean } from "../../text/nearest.ts";

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

/** What a value of a flag may be, and how it is read. */
interface Kind<Item> {
  readonly placeholder: string;
  readonly allowed: string;
  readonly choices?: readonly string[];
  /** Undefined: not allowed. */
  read(text: string): Item | undefined;
}

/**
 * A flag of a kind. Given several times, the last one counts; of a list all do: `--seeds 1,2 --seeds 3`
 * and `--seeds 1 2 3`.
 */
function flagOf<Value, Spec extends FlagSpec<Value>>(
  spec: Spec,
  { read, ...kind }: Kind<unknown>,
  list = false,
): Flag<Presence<Spec, Value>> {
  if (spec.default !== undefined && spec.required) {
    throw new TypeError(`A required flag has no default: ${spec.description}`);
  }
  const readItem = (text: string, name: string, given = text) => {
    const value = text === "" && list ? undefined : read(text);
    if (value !== undefined) return value;
    throw new UsageError(
      `--${name} was given ${given || "an empty text"}: give ${kind.allowed}` +
        didYouMean(text, kind.choices ?? []),
    );
  };
  return {
    choices: undefined,
    ...kind,
    description: spec.description,
    required: spec.required ?? false,
    // That a switch is off by default goes without saying.
    defaultText: spec.defaultText ??
      (spec.default === undefined || spec.default === false ? undefined : `${spec.default}`),
    aliases: spec.aliases ?? {},
    // Without a default it is used only when the flag is optional, and then `Presence` holds undefined.
    absent: spec.default as Presence<Spec, Value>,
    list,
    read(texts, name) {
      const values = list
        ? texts.join(",").split(",").map((item) =>
          readItem(item.trim(), name, item.trim() || texts.join(","))
        )
        : readItem(texts[texts.length - 1], name);
      return values as Presence<Spec, Value>;
    },
  };
}

/** "in (0, 1]", "of at least 1", "below 3"; empty without bounds. */
function describeRange(range: Range): string {
  const low = range.exclusiveMinimum ?? range.minimum;
  const high = range.exclusiveMaximum ?? range.maximum;
  const [open, above] = range.exclusiveMinimum === undefined
    ? ["[", "of at least"]
    : ["(", "above"];
  const [close, below] = range.exclusiveMaximum === undefined
    ? ["]", "of at most"]
    : [")", "below"];
  if (low === undefined) return high === undefined ? "" : ` ${below} ${high}`;
  return high === undefined ? ` ${above} ${low}` : ` in ${open}${low}, ${high}${close}`;
}

function inRange(value: number, range: Range): boolean {
  return value >= (range.minimum ?? -Infinity) && value <= (range.maximum ?? Infinity) &&
    value > (range.exclusiveMinimum ?? -Infinity) && value < (range.exclusiveMaximum ?? Infinity);
}

/** A finite number such as `0.1`, `1e-3` or `-2`; of digits only where `integer`. */
function readNumber(text: string, integer: boolean): number | undefined {
  if (!integer) return decimal(text);
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Numbers in a range, whose defaults are checked. */
function numbers(
  range: Range,
  integer: boolean,
  defaults: readonly (number | undefined)[],
): Pick<Kind<number>, "read"> {
  for (const value of defaults) {
    if (value !== undefined && !inRange(value, range)) {
      throw new RangeError(`Default ${value} is not${describeRange(range)}`);
    }
  }
  return {
    read(text) {
      const value = readNumber(text, integer);
      return value !== undefined && inRange(value, range) ? value : undefined;
    },
  };
}

/** A whole number, written with digits only (`1e3` and `20.0` are refused). */
export function integerFlag<const Spec extends FlagSpec<number> & Range>(spec: Spec) {
  return flagOf<number, Spec>(spec, {
    placeholder: "INTEGER",
    allowed: `an integer${describeRange(spec)}`,
    ...numbers(spec, true, [spec.default]),
  });
}

/** A finite number: `0.1`, `1e-3`, `-2`. */
export function numberFlag<const Spec extends FlagSpec<number> & Range>(spec: Spec) {
  return flagOf<number, Spec>(spec, {
    placeholder: "NUMBER",
    allowed: `a number${describeRange(spec)}`,
    ...numbers(spec, false, [spec.default]),
  });
}

/** Numbers separated by commas or blanks, or the flag given several times. */
export function numberListFlag<
  const Spec extends FlagSpec<readonly number[]> & Range & {
    /** Whole numbers only. */
    readonly integer?: boolean;
  },
>(spec: Spec) {
  const { integer = false, default: defaults = [] } = spec;
  return flagOf<readonly number[], Spec>(
    spec,
    {
      placeholder: integer ? "INTEGER,..." : "NUMBER,...",
      allowed: `${integer ? "integers" : "numbers"} separated by commas, each` +
        (describeRange(spec) || " finite"),
      ...numbers(spec, integer, defaults),
    },
    true,
  );
}

/** Any text that is not empty. */
export function stringFlag<const Spec extends FlagSpec<string> & { readonly placeholder?: string }>(
  spec: Spec,
) {
  return flagOf<string, Spec>(spec, {
    placeholder: spec.placeholder ?? "TEXT",
    allowed: "a text that is not empty",
    read: (text) => text || undefined,
  });
}

/**
 * A file or folder. A leading `~/` becomes the home folder, since shells leave it alone in
 * `--out=~/runs`. Whether the file exists is for the command to check.
 */
export function pathFlag<const Spec extends FlagSpec<string>>(spec: Spec) {
  return flagOf<string, Spec>(spec, {
    placeholder: "PATH",
    allowed: "the path of a file or folder",
    read(text) {
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
  return flagOf<Choice, Spec>(spec, {
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
  const kind = choices === undefined
    ? {
      placeholder: "TEXT,...",
      allowed: "texts separated by commas",
      read: (text: string) => text,
    }
    : {
      placeholder: "CHOICE,...",
      allowed: `words separated by commas, each one of ${choices.join(", ")}`,
      choices,
      read: (text: string) => choices.find((each) => each === text),
    };
  return flagOf<readonly Choice[], Spec>(spec, kind, true);
}

/**
 * A switch: absent is false, `--freeze-encoder` is true, `--freeze-encoder=false` is false. A switch
 * that turns something off carries the word in its name: `no-shuffle` becomes `noShuffle`.
 */
export function booleanFlag(spec: Pick<FlagSpec<boolean>, "description" | "aliases">) {
  return flagOf<boolean, { description: string; default: boolean }>(
    { ...spec, default: false },
    {
      placeholder: "",
      allowed: "true or false, or nothing at all",
      read: (text) => text === "true" || (text === "false" ? false : undefined),
    },
  );
}
