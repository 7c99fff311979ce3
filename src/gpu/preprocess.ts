/**
 * The preprocessor of `kernels/*.wgsl`. It knows seven things and nothing more:
 *
 * | written in the kernel | what happens |
 * |---|---|
 * | `#import shared/philox` | replaced by the file `kernels/shared/philox.wgsl`, once |
 * | `#each NAME` … `#endeach` | the lines between, once for each item of a list that the dispatch gives, with its values in place of `${key}` |
 * | `struct Dims {` in an imported file | its fields are added to the kernel's own |
 * | `#ifdef NAME`, `#ifndef NAME`, `#else`, `#endif` | lines kept or dropped by the constants given |
 * | `const NAME = 16u;` | the value is replaced where the constants give one |
 * | `//#unroll` before a `for (var i = A; i < B; i++) {` | the body is written out, `i` as a literal |
 * | `var x: array<T, N>; //#scalars` | named variables `x_0` … in place of an indexed local array |
 *
 * The last two exist because shader compilers keep named variables in registers but spill indexed
 * arrays, and because WGSL loops reach the driver as guarded `while` loops that it cannot unroll.
 * A kernel without `#import` and `#ifdef` is valid WGSL as it stands. Line numbers in compile errors
 * count lines of the expanded text; the message shows the line itself.
 */

/** Values for a kernel's `const` declarations and `#ifdef` names. */
export type KernelConstants = Readonly<Record<string, number | boolean>>;

/** What a dispatch brings along for a kernel that is composed of parts chosen at run time. */
export interface KernelSnippets {
  /** Texts that the kernel may import besides those of `kernels/shared/`, by path. */
  readonly sources: Readonly<Record<string, string>>;
  /** The lists of `#each`; one that is not given is empty. */
  readonly lists: Readonly<Record<string, readonly Readonly<Record<string, string | number>>[]>>;
}

/**
 * Expands one kernel.
 *
 * @param name Kernel name, for messages.
 * @param source Text of the kernel file.
 * @param constants Specialization; every key must be declared by a `const` line or named by an `#ifdef`.
 * @param importSource Gives the text of an imported file, or undefined where there is none.
 * @param lists Items of every list that the kernel repeats lines for.
 * @throws {SyntaxError} On an unknown import, unbalanced directives, or a constant nobody declares.
 */
export function preprocess(
  name: string,
  source: string,
  constants: KernelConstants,
  importSource: (path: string) => string | undefined,
  lists: KernelSnippets["lists"] = {},
): string {
  const mentioned = new Set<string>();
  let text = resolveImports(name, source, importSource, lists, new Set());
  text = resolveConditions(name, text, constants, mentioned);
  text = joinDimensions(text);
  const values = new Map<string, number>();
  text = specializeConstants(text, constants, values, mentioned);
  for (const key of Object.keys(constants)) {
    if (!mentioned.has(key)) {
      throw new SyntaxError(`Cannot specialize kernel "${name}": it declares no constant "${key}"`);
    }
  }
  text = unrollLoops(name, text, values);
  return nameScalars(name, text, values);
}

function resolveImports(
  name: string,
  source: string,
  importSource: (path: string) => string | undefined,
  lists: KernelSnippets["lists"],
  done: Set<string>,
): string {
  const repeated = repeatLines(name, source, lists);
  return repeated.replace(/^#import\s+(\S+)\s*$/gm, (_line, path: string) => {
    if (done.has(path)) return "";
    done.add(path);
    const imported = importSource(path);
    if (imported === undefined) {
      throw new SyntaxError(`Cannot import "${path}" into kernel "${name}": no such file`);
    }
    return resolveImports(path, imported, importSource, lists, done);
  });
}

function repeatLines(name: string, source: string, lists: KernelSnippets["lists"]): string {
  const text = source.replace(
    /^#each (\w+)\n([^]*?)^#endeach\n/gm,
    (_block, list: string, lines: string) =>
      (lists[list] ?? []).map((item) =>
        lines.replace(/\$\{(\w+)\}/g, (use, key: string) => `${item[key] ?? use}`)
      ).join(""),
  );
  if (/^#(each|endeach)/m.test(text)) {
    throw new SyntaxError(`Cannot expand kernel "${name}": #each and #endeach do not match`);
  }
  return text;
}

function resolveConditions(
  name: string,
  source: string,
  constants: KernelConstants,
  mentioned: Set<string>,
): string {
  const kept: string[] = [];
  const stack: boolean[] = [];
  for (const line of source.split("\n")) {
    const directive = line.match(/^\s*#(ifdef|ifndef|else|endif)\b\s*(\w*)/);
    if (!directive) {
      if (stack.every(Boolean)) kept.push(line);
      continue;
    }
    const [, word, key] = directive;
    if (word === "ifdef" || word === "ifndef") {
      mentioned.add(key);
      stack.push(Boolean(constants[key]) === (word === "ifdef"));
    } else if (stack.length === 0) {
      throw new SyntaxError(`Cannot expand kernel "${name}": #${word} without #ifdef`);
    } else if (word === "else") {
      stack.push(!stack.pop());
    } else {
      stack.pop();
    }
  }
  if (stack.length > 0) {
    throw new SyntaxError(`Cannot expand kernel "${name}": #ifdef without #endif`);
  }
  return kept.join("\n");
}

function joinDimensions(source: string): string {
  const pattern = /^struct Dims \{\n([^}]*)\}\n/gm;
  const bodies = [...source.matchAll(pattern)].map(([, body]) => body);
  let seen = 0;
  return source.replace(
    pattern,
    () => ++seen < bodies.length ? "" : `struct Dims {\n${bodies.join("")}}\n`,
  );
}

function specializeConstants(
  source: string,
  constants: KernelConstants,
  values: Map<string, number>,
  mentioned: Set<string>,
): string {
  return source.replace(
    /^const (\w+)(\s*:\s*\w+)? = ([^;]+);/gm,
    (line, key: string, type: string | undefined, expression: string) => {
      mentioned.add(key);
      const given = constants[key];
      if (given === undefined) {
        const value = evaluate(expression, values);
        if (value !== undefined) values.set(key, value);
        return line;
      }
      const suffix = expression.match(/^-?(?:0x[\da-f]+([ui])|[\d.]+(?:e[-+]?\d+)?([uif]))$/i)
        ?.slice(1).find(Boolean) ?? "";
      const number = Number(given);
      values.set(key, number);
      // A float stays a float, or a division by it would become one of integers.
      const isFloat = suffix === "f" || /^-?\d*\.\d*$/.test(expression);
      const literal = isFloat && /^-?\d+$/.test(`${number}`) ? `${number}.0` : `${number}`;
      return `const ${key}${type ?? ""} = ${literal}${suffix};`;
    },
  );
}

/**
 * Integer arithmetic over literals and known constants (+ - * / % and brackets); undefined where that
 * gives no integer.
 */
function evaluate(expression: string, values: ReadonlyMap<string, number>): number | undefined {
  const tokens = expression.match(/\d+|\w+|[-+*/%()]|\S/g) ?? [];
  let at = 0;
  const fail = Symbol("not constant");
  const atom = (): number => {
    const token = tokens[at++];
    if (token === "(") {
      const value = sum();
      if (tokens[at++] !== ")") throw fail;
      return value;
    }
    if (token === "-") return -atom();
    if (token === undefined) throw fail;
    if (/^\d+$/.test(token)) {
      if (/^[uif]$/.test(tokens[at] ?? "")) at++;
      return Number(token);
    }
    const value = values.get(token);
    if (value === undefined) throw fail;
    return value;
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === "*" || tokens[at] === "/" || tokens[at] === "%") {
      const operator = tokens[at++];
      const right = atom();
      value = operator === "*"
        ? value * right
        : operator === "/"
        ? Math.trunc(value / right)
        : value % right;
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") {
      value = tokens[at++] === "+" ? value + product() : value - product();
    }
    return value;
  };
  try {
    const value = sum();
    return at === tokens.length && Number.isInteger(value) ? value : undefined;
  } catch (error) {
    if (error === fail) return undefined;
    throw error;
  }
}

function unrollLoops(name: string, source: string, values: ReadonlyMap<string, number>): string {
  const marker = source.indexOf("//#unroll");
  if (marker < 0) return source;
  const head = source.slice(0, marker);
  const rest = source.slice(marker);
  const loop = rest.match(
    /^\/\/#unroll[^\n]*\n\s*for \(var (\w+) = ([^;]+); \1 < ([^;]+); \1(?:\+\+| \+= ([^)]+))\) \{/,
  );
  if (!loop) {
    throw new SyntaxError(
      `Cannot unroll in kernel "${name}": need a for loop after ${rest.slice(0, 80)}`,
    );
  }
  const [, variable, from, to, by] = loop;
  const [start, stop, step] = [from, to, by ?? "1"].map((part) => evaluate(part, values));
  if (start === undefined || stop === undefined || step === undefined || step < 1) {
    throw new SyntaxError(
      `Cannot unroll in kernel "${name}": bounds of ${variable} must be constants`,
    );
  }
  let depth = 1;
  let end = loop[0].length;
  for (; depth > 0; end++) {
    if (end >= rest.length) throw new SyntaxError(`Cannot unroll in kernel "${name}": missing }`);
    if (rest[end] === "{") depth++;
    if (rest[end] === "}") depth--;
  }
  const body = rest.slice(loop[0].length, end - 1);
  const pattern = new RegExp(`\\b${variable}\\b`, "g");
  let written = "";
  for (let i = start; i < stop; i += step) {
    written += `{${unrollLoops(name, body.replace(pattern, `${i}u`), values)}}\n`;
  }
  return head + written + unrollLoops(name, rest.slice(end), values);
}

function nameScalars(name: string, source: string, values: ReadonlyMap<string, number>): string {
  let text = source;
  for (
    const declaration of source.matchAll(
      /var (\w+): array<([^;]+), ([^,;>]+)>; \/\/#scalars/g,
    )
  ) {
    const [line, array, type, length] = declaration;
    const count = evaluate(length, values);
    if (count === undefined) {
      throw new SyntaxError(`Cannot name the elements of ${array} in kernel "${name}"`);
    }
    const names = Array.from({ length: count }, (_, i) => `var ${array}_${i}: ${type};`);
    text = text.replace(line, names.join(" "));
    text = text.replace(new RegExp(`\\b${array}\\[([^\\[\\]]+)\\]`, "g"), (use, index: string) => {
      const value = evaluate(index, values);
      if (value === undefined || value < 0 || value >= count) {
        throw new SyntaxError(`Cannot index ${use} in kernel "${name}": need 0 to ${count - 1}`);
      }
      return `${array}_${value}`;
    });
  }
  return text;
}
