/** Runs the commands in processes of their own, the way a user types them. */

import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/csv";
import { writeCohort } from "../../src/data/synthetic/write_cohort.ts";
import { inRepository } from "../support/paths.ts";

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Arguments of `deno` that run a script of this repository from any folder. */
export function denoArguments(script: string, args: readonly (string | number)[]): string[] {
  return [
    "run",
    "--allow-all",
    "--config",
    inRepository("deno.json"),
    `--lock=${inRepository("deno.lock")}`,
    inRepository(`scripts/${script.replaceAll("-", "_")}.ts`),
    ...args.map(String),
  ];
}

/** A command line, its exit code, and what its message must hold. */
export type BadCase = readonly [
  script: string,
  args: readonly (string | number)[],
  code: number,
  messages: readonly (string | RegExp)[],
];

/** A folder with a small cohort, in which commands are run. */
export class Playground {
  private constructor(readonly folder: string) {}

  /** Runs `body` in a new temporary folder whose `cohort` holds 80 synthetic records. */
  static async with(body: (ground: Playground) => Promise<void>, records = 80): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "e2e_" });
    try {
      await writeCohort({ destination: `${folder}/cohort`, records, seed: 3 });
      await body(new Playground(folder));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** Path of a file in the folder. */
  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** How `run` starts a command. */
  command(script: string, args: readonly (string | number)[], env: Record<string, string> = {}) {
    return new Deno.Command(Deno.execPath(), {
      args: denoArguments(script, args),
      cwd: this.folder,
      // Messages name the program as it was started; the tests start it by hand.
      env: { NO_COLOR: "1", SSRL_ECG_PROGRAM: "", ...env },
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Runs a command in the folder. */
  async run(
    script: string,
    args: readonly (string | number)[],
    env: Record<string, string> = {},
  ): Promise<Outcome> {
    const { code, stdout, stderr } = await this.command(script, args, env).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), error: text(stderr) };
  }

  /** Runs a command that must succeed; returns what it printed. */
  async succeed(script: string, args: readonly (string | number)[]): Promise<string> {
    const { code, out, error } = await this.run(script, args);
    assertEquals(code, 0, `${script} ${args.join(" ")}\n${out}\n${error}`);
    return out;
  }

  /** Runs bad command lines two at a time; none may print a stack or call itself a bug. */
  async refuses(cases: readonly BadCase[], env: Record<string, string> = {}): Promise<void> {
    const waiting = [...cases];
    await Promise.all(Array.from({ length: 2 }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [script, args, code, messages] = next;
        const result = await this.run(script, args, env);
        const about = `${script} ${args.join(" ")}\n${result.out}\n${result.error}`;
        assertEquals(result.code, code, about);
        for (const message of messages) {
          const found = typeof message === "string"
            ? result.error.includes(message)
            : message.test(result.error);
          assert(found, `${message} is missing: ${about}`);
        }
        assert(!/\n +at |This is a bug|Uncaught/.test(result.error), about);
      }
    }));
  }

  /** The same for one command: what follows its usual arguments, exit code, part of the message. */
  async refusesWith(
    script: string,
    usual: readonly (string | number)[],
    cases: readonly (readonly [(string | number)[], code: number, message: string])[],
  ): Promise<void> {
    await this.refuses(
      cases.map(([args, code, message]) => [script, [...usual, ...args], code, [message]]),
    );
  }

  /** Bytes of a file. */
  bytes(name: string): Uint8Array {
    return Deno.readFileSync(this.path(name));
  }

  /** A JSON file. */
  // deno-lint-ignore no-explicit-any -- tests look at single fields of files with many
  json(name: string): any {
    return JSON.parse(Deno.readTextFileSync(this.path(name)));
  }

  /** Rows of a run's metrics. */
  // deno-lint-ignore no-explicit-any -- see above
  metrics(run: string): any[] {
    return Deno.readTextFileSync(this.path(`${run}/metrics.jsonl`)).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
  }

  /** A CSV file, header first. */
  csv(name: string): string[][] {
    return parse(Deno.readTextFileSync(this.path(name)));
  }
}

/**
 * Flags of a small training run. A quarter of the signal and fixed kernels: an epoch takes a fraction
 * of a second without a GPU, and no measurement decides which kernels two runs use.
 */
export const SMALL = [
  "--data-root",
  "cohort",
  "--signal-length",
  128,
  "--batch-size",
  16,
  "--no-tune",
] as const;

/** Arguments that hold no blank, as they are typed. */
export function words(text: string): string[] {
  return text.split(" ");
}

/** Last line of stdout that starts with `title`, without the title; wrapped lines are joined. */
export function setting(out: string, title: string): string {
  const lines = out.split("\n");
  const at = lines.findLastIndex((line) => line.startsWith(`${title}  `));
  assert(at >= 0, `${title} is not in\n${out}`);
  const found = [lines[at].slice(title.length).trim()];
  for (let i = at + 1; /^ {4,}\S/.test(lines[i] ?? ""); i++) found.push(lines[i].trim());
  return found.join(" ");
}

/** The first Python that has PyTorch: SSRL_ECG_PYTHON, python3 on the path, the system's. */
export function pythonWithTorch(): string | undefined {
  const probe = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)";
  const candidates = [Deno.env.get("SSRL_ECG_PYTHON"), "python3", "/usr/bin/python3"];
  return candidates.find((python) => {
    try {
      return python !== undefined &&
        new Deno.Command(python, { args: ["-c", probe], stderr: "null" }).outputSync().success;
    } catch {
      return false;
    }
  });
}
