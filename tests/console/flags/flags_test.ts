import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  booleanFlag,
  choiceFlag,
  integerFlag,
  numberFlag,
  numberListFlag,
  pathFlag,
  stringFlag,
  stringListFlag,
} from "../../../src/console/flags/flags.ts";
import { parseCommandLine } from "../../../src/console/flags/parse.ts";
import { UsageError } from "../../../src/errors.ts";

const flags = {
  "data-root": pathFlag({ default: "data/PTB-XL", description: "Data" }),
  epochs: integerFlag({ default: 20, minimum: 1, description: "Epochs" }),
  lr: numberFlag({ default: 1e-3, exclusiveMinimum: 0, description: "Learning rate" }),
  offset: numberFlag({ default: 0, description: "Any number" }),
  "label-fraction": numberFlag({
    default: 0.1,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Part",
  }),
  loss: choiceFlag({ choices: ["bce", "focal"], default: "focal", description: "Loss" }),
  seeds: numberListFlag({ integer: true, default: [42], minimum: 0, description: "Seeds" }),
  only: stringListFlag({ choices: ["conv", "norm"], description: "Parts" }),
  adapter: stringFlag({ description: "Adapter" }),
  "freeze-encoder": booleanFlag({ description: "Freeze" }),
  "no-shuffle": booleanFlag({ description: "Keep the order" }),
};

const parse = (...args: string[]) => parseCommandLine(flags, args).options;
const refuses = (args: string[], message: string) => {
  assertThrows(() => parseCommandLine(flags, args), UsageError, message);
};

Deno.test("flags: absent ones have their defaults", () => {
  assertEquals(parse(), {
    dataRoot: "data/PTB-XL",
    epochs: 20,
    lr: 1e-3,
    offset: 0,
    labelFraction: 0.1,
    loss: "focal",
    seeds: [42],
    only: undefined,
    adapter: undefined,
    freezeEncoder: false,
    noShuffle: false,
  });
});

Deno.test("flags: both spellings, negative numbers, switches", () => {
  assertEquals(parse("--epochs", "3").epochs, 3);
  assertEquals(parse("--epochs=3").epochs, 3);
  assertEquals(parse("--offset", "-1e-3").offset, -1e-3);
  assertEquals(parse("--offset=-.5").offset, -0.5);
  assertEquals(parse("--freeze-encoder", "--no-shuffle").freezeEncoder, true);
  assertEquals(parse("--no-shuffle").noShuffle, true);
  assertEquals(parse("--no-shuffle=false").noShuffle, false);
});

Deno.test("flags: the last one wins, lists collect", () => {
  assertEquals(parse("--epochs", "3", "--epochs=5").epochs, 5);
  assertEquals(parse("--seeds", "1,2", "--seeds=3").seeds, [1, 2, 3]);
  assertEquals(parse("--only=conv,norm").only, ["conv", "norm"]);
});

Deno.test("flags: a list takes what follows it, where a command takes flags only", () => {
  assertEquals(parse("--seeds", "1", "2,3", "--only", "conv", "norm", "--seeds", "4"), {
    ...parse(),
    seeds: [1, 2, 3, 4],
    only: ["conv", "norm"],
  });
  refuses(["--only=conv", "norm"], "Unexpected argument norm");
  refuses(["--seeds", "1", "norm"], "--seeds was given norm");
  const files = { name: "FILE...", description: "Files" };
  const { options, positionals } = parseCommandLine(flags, ["--seeds", "1,2", "3"], files);
  assertEquals([options.seeds, positionals], [[1, 2], ["3"]]);
});

Deno.test("flags: names with underscores, one capital letter, aliases", () => {
  assertEquals(parse("--label_fraction", "0.5", "--data_root=x", "--no_shuffle"), {
    ...parse(),
    labelFraction: 0.5,
    dataRoot: "x",
    noShuffle: true,
  });
  const inverse = {
    "C": numberFlag({
      default: 1,
      description: "Inverse",
      aliases: { "penalty": "smaller is more" },
    }),
  };
  assertEquals(parseCommandLine(inverse, ["--C", "3"]).options.C, 3);
  const { options, given, remarks } = parseCommandLine(inverse, ["--penalty", "2"]);
  assertEquals([options.C, [...given], remarks], [2, ["C"], ["--penalty is --C: smaller is more"]]);
  assertThrows(() => parseCommandLine(inverse, ["--c", "1"]), UsageError, "Is --C meant?");
});

Deno.test("flags: which ones were given is known", () => {
  const { given } = parseCommandLine(flags, ["--epochs", "20", "--no-shuffle"]);
  assertEquals([...given], ["epochs", "no-shuffle"]);
});

Deno.test("flags: a bad value names what was given and what is allowed", () => {
  refuses(["--epochs", "1e3"], "--epochs was given 1e3: give an integer of at least 1");
  refuses(["--epochs", "20.0"], "--epochs was given 20.0");
  refuses(["--epochs", "0"], "--epochs was given 0");
  refuses(["--epochs", "99999999999999999999"], "--epochs was given");
  refuses(["--lr", "0"], "give a number above 0");
  refuses(["--lr", "NaN"], "give a number above 0");
  refuses(["--lr", "0x10"], "give a number above 0");
  refuses(["--offset", "Infinity"], "give a number");
  refuses(["--label-fraction", "1.5"], "--label-fraction was given 1.5: give a number in (0, 1]");
  refuses(["--label-fraction", "0"], "give a number in (0, 1]");
  refuses(["--loss", "focl"], "give one of bce, focal. Is focal meant?");
  refuses(["--seeds", "1,,2"], "--seeds was given 1,,2");
  refuses(["--seeds", "1,-2"], "--seeds was given -2");
  refuses(["--only", "conv,pool"], "--only was given pool");
  refuses(["--data-root="], "--data-root was given an empty text");
  refuses(["--no-shuffle=maybe"], "--no-shuffle was given maybe");
});

Deno.test("flags: an unknown one suggests the nearest", () => {
  refuses(["--epoch", "3"], "Unknown flag --epoch. Is --epochs meant?");
  refuses(["--ephocs=3"], "Is --epochs meant?");
  refuses(["--data_rot", "x"], "Unknown flag --data_rot. Is --data-root meant?");
  refuses(["--label"], "Is --label-fraction meant?");
  refuses(["-lr", "3"], "Unknown flag -lr. Is --lr meant?");
  refuses(["--shuffle"], "Is --no-shuffle meant?");
  refuses(["--completely-different"], "Unknown flag --completely-different. See --help");
  // Names that every object has are no flags.
  refuses(["--constructor", "1"], "Unknown flag --constructor");
});

Deno.test("flags: a missing value and stray arguments are errors", () => {
  refuses(["--epochs"], "--epochs has no value: give an integer");
  refuses(["--epochs", "--lr", "3"], "--epochs has no value");
  refuses(
    ["epochs", "3"],
    "Unexpected argument epochs: this command takes flags only. Is --epochs",
  );
  refuses(["--freeze-encoder", "true"], "Unexpected argument true");
});

Deno.test("flags: required ones", () => {
  const required = { checkpoint: pathFlag({ required: true, description: "Weights" }) };
  assertThrows(() => parseCommandLine(required, []), UsageError, "--checkpoint is missing");
  assertEquals(parseCommandLine(required, ["--checkpoint", "a.pt"]).options.checkpoint, "a.pt");
  // --help is answered even though the flag is missing.
  assertEquals(parseCommandLine(required, ["--help"]).help, true);
});

Deno.test("flags: positional arguments where they are declared", () => {
  const files = { name: "FILE...", description: "Checkpoints", minimum: 1, maximum: 2 };
  assertEquals(parseCommandLine({}, ["a", "b"], files).positionals, ["a", "b"]);
  assertEquals(parseCommandLine({}, ["--", "-a"], files).positionals, ["-a"]);
  assertThrows(() => parseCommandLine({}, [], files), UsageError, "FILE... is missing");
  assertThrows(() => parseCommandLine({}, ["a", "b", "c"], files), UsageError, "argument c");
});

Deno.test("flags: defaults outside their range are programming errors", () => {
  assertThrows(
    () => integerFlag({ default: 0, minimum: 1, description: "" }),
    RangeError,
    "of at least 1",
  );
  assertThrows(
    () => choiceFlag({ choices: ["a"], default: "b" as "a", description: "" }),
    RangeError,
    "not one of a",
  );
});

Deno.test("flags: the types of the options follow from the table", () => {
  const options = parse();
  const epochs: number = options.epochs;
  const loss: "bce" | "focal" = options.loss;
  const adapter: string | undefined = options.adapter;
  // @ts-expect-error Without a default the option may be undefined.
  const text: string = options.adapter;
  // @ts-expect-error A misspelled option does not exist.
  const wrong = options.epoch;
  assertEquals([epochs, loss, adapter, text, wrong], [
    20,
    "focal",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("flags: any command line gives options or a UsageError", () => {
  const word = fc.oneof(
    fc.constantFrom(...Object.keys(flags).map((name) => `--${name}`), "--", "-", "=", "--seeds=1"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (args) => {
      try {
        parseCommandLine(flags, args);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

Deno.test("flags: every integer in range is read back exactly", () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      (value) =>
        parse("--epochs", String(value + 1)).epochs === value + 1 ||
        !Number.isSafeInteger(value + 1),
    ),
    { numRuns: 100, seed: 2 },
  );
});
