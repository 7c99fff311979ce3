import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type KernelConstants, type KernelSnippets, preprocess } from "../../src/gpu/preprocess.ts";

const files: Record<string, string> = {
  "shared/a": "const A = 2u;\nfn a() {}",
  "shared/b": "#import shared/a\nfn b() {}",
  "shared/loop": "#import shared/loop\nfn loop_() {}",
};

/** Expands and drops indentation and empty lines. */
function expand(source: string, constants: KernelConstants = {}): string[] {
  return preprocess("test", source, constants, (path) => files[path]).split("\n")
    .map((line) => line.trim()).filter((line) => line !== "");
}

function assertFails(source: string, message: string, constants: KernelConstants = {}): void {
  assertThrows(() => expand(source, constants), SyntaxError, message);
}

Deno.test("preprocess: text without directives stays as it is", () => {
  const source = "const A = 1u; // a\n\n  fn main() {\n for (var i = 0u; i < 3u; i++) {}\n}\n";
  assertEquals(preprocess("test", source, {}, () => undefined), source);
});

Deno.test("preprocess: an import stands once, wherever it is named", () => {
  assertEquals(expand("#import shared/b\n#import shared/a\n#import shared/b\nfn c() {}"), [
    "const A = 2u;",
    "fn a() {}",
    "fn b() {}",
    "fn c() {}",
  ]);
  assertEquals(expand("#import shared/loop"), ["fn loop_() {}"], "a file that imports itself");
  assertEquals(expand("// #import shared/a"), ["// #import shared/a"]);
  assertFails("#import shared/c", 'Cannot import "shared/c" into kernel "test": no such file');
});

Deno.test("preprocess: lines are repeated for each item of a list, imports among them", () => {
  const source = "#each part\n#import ${path}\nfn ${name}_${other}() {}\n#endeach\nfn main() {}";
  const lists = { part: [{ path: "shared/a", name: "x" }, { path: "shared/b", name: "y" }] };
  const expanded = (lists: KernelSnippets["lists"]) =>
    preprocess("test", source, {}, (path) => files[path], lists).split("\n");
  assertEquals(expanded(lists), [
    "const A = 2u;",
    "fn a() {}",
    "fn x_${other}() {}",
    "",
    "fn b() {}",
    "fn y_${other}() {}",
    "fn main() {}",
  ]);
  assertEquals(expanded({}), ["fn main() {}"]);
  assertFails("#each part\n", "#each and #endeach do not match");
  assertFails("#endeach\n", "#each and #endeach do not match");
});

Deno.test("preprocess: dimensions of imported files join the kernel's own", () => {
  files["shared/dims"] = "struct Dims {\n  a: u32,\n}\n";
  assertEquals(expand("#import shared/dims\nstruct Dims {\n  b: f32,\n}\nfn c() {}"), [
    "struct Dims {",
    "a: u32,",
    "b: f32,",
    "}",
    "fn c() {}",
  ]);
});

Deno.test("preprocess: conditions keep and drop lines, nested and inverted", () => {
  const source = `
#ifdef A
a
  #ifndef B
a and not b
  #else
a and b
  #endif
#else
not a
#endif
always`;
  assertEquals(expand(source), ["not a", "always"]);
  assertEquals(expand(source, { A: true }), ["a", "a and not b", "always"]);
  assertEquals(expand(source, { A: true, B: true }), ["a", "a and b", "always"]);
  assertEquals(expand(source, { A: false, B: true }), ["not a", "always"]);
  // 0 switches off like false.
  assertEquals(expand(source, { A: 0 }), ["not a", "always"]);
});

Deno.test("preprocess: conditions must balance", () => {
  assertFails("#ifdef A", 'Cannot expand kernel "test": #ifdef without #endif');
  assertFails("#endif", 'Cannot expand kernel "test": #endif without #ifdef');
  assertFails("#else", 'Cannot expand kernel "test": #else without #ifdef');
});

Deno.test("preprocess: constants are replaced in their type", () => {
  const source = `const A = 16u;
const B = -1i;
const C = 1.5f;
const D: f32 = 2.0;
const E = 3;
const F = A * 2u;`;
  assertEquals(expand(source), source.split("\n"));
  assertEquals(expand(source, { A: 8, B: -3, C: 2, D: 0.25, E: 4 }), [
    "const A = 8u;",
    "const B = -3i;",
    "const C = 2.0f;",
    "const D: f32 = 0.25;",
    "const E = 4;",
    "const F = A * 2u;",
  ]);
  assertEquals(expand(source, { C: -1e-8 })[2], "const C = -1e-8f;");
  assertEquals(expand("const A = 1.0;", { A: 2 }), ["const A = 2.0;"], "stays a float");
});

Deno.test("preprocess: constants of imported files can be set, unknown ones are refused", () => {
  assertEquals(expand("#import shared/a", { A: 5 }), ["const A = 5u;", "fn a() {}"]);
  assertFails("const A = 1u;", 'kernel "test": it declares no constant "B"', { B: 1 });
  // A constant inside a function is none of the kernel's.
  assertFails("fn f() {\n  const A = 1u;\n}", 'declares no constant "A"', { A: 1 });
});

Deno.test("preprocess: loops are written out, with steps and nested", () => {
  assertEquals(
    expand("//#unroll\nfor (var i = 1u; i < 4u; i++) {\nx[i] = ii + f(i);\n}\nend"),
    [
      "{",
      "x[1u] = ii + f(1u);",
      "}",
      "{",
      "x[2u] = ii + f(2u);",
      "}",
      "{",
      "x[3u] = ii + f(3u);",
      "}",
      "end",
    ],
  );
  assertEquals(
    expand("//#unroll\nfor (var i = 0u; i < 5u; i += 2u) {i;}").join(""),
    "{0u;}{2u;}{4u;}",
  );
  assertEquals(
    expand(`//#unroll
for (var i = 0u; i < 2u; i++) {
  //#unroll
  for (var j = i; j < 2u; j++) {
    if (a) { s += x[i * 2u + j]; }
  }
}`).join(""),
    "{{if (a) { s += x[0u * 2u + 0u]; }}{if (a) { s += x[0u * 2u + 1u]; }}}" +
      "{{if (a) { s += x[1u * 2u + 1u]; }}}",
  );
  assertEquals(expand("//#unroll\nfor (var i = 2u; i < 2u; i++) {i;}\nend").join(""), "end");
});

Deno.test("preprocess: bounds are folded from constants, as specialized", () => {
  const source = `const P = 7u;
const S = 4u;
const L = (P + S - 1u) / S;
const M = L * 2u % 3u - -1;
//#unroll
for (var l = 0u; l < M; l++) {l;}`;
  const body = (constants: KernelConstants) => expand(source, constants).slice(4).join("");
  assertEquals(body({}), "{0u;}{1u;}"); // L 2, M 4 % 3 + 1
  assertEquals(body({ P: 4, S: 8 }), "{0u;}{1u;}{2u;}"); // L 1, M 2 + 1
});

Deno.test("preprocess: what cannot be unrolled is refused", () => {
  const bounds = "bounds of i must be constants";
  assertFails("//#unroll\nfor (var i = 0u; i < n; i++) {}", bounds);
  assertFails("const N = 1.5;\n//#unroll\nfor (var i = 0u; i < N; i++) {}", bounds);
  assertFails("//#unroll\nfor (var i = 0u; i < 4u; i += 0u) {}", bounds);
  assertFails("//#unroll\nfor (var i = 0u; i < 4u / 0u; i++) {}", bounds);
  assertFails("//#unroll\nfor (var i = 0u; i < 4u; i++) {", "missing }");
  assertFails("//#unroll\nwhile (true) {}", "need a for loop after");
});

Deno.test("preprocess: small arrays become named variables", () => {
  const source = `const N = 3u;
var sum: array<vec4f, N - 1u>; //#scalars
//#unroll
for (var i = 0u; i < N - 1u; i++) {
sum[i] += sum[1u - i] * other[i];
}
var sum: array<vec4f, N - 1u>; //#scalars`;
  const lines = expand(source);
  const declared = "var sum_0: vec4f; var sum_1: vec4f;";
  assertEquals(lines.slice(1), [
    declared,
    "{",
    "sum_0 += sum_1 * other[0u];",
    "}",
    "{",
    "sum_1 += sum_0 * other[1u];",
    "}",
    declared,
  ]);
});

Deno.test("preprocess: an index out of range or unknown is refused", () => {
  const declaration = "var a: array<f32, 2>; //#scalars\n";
  assertFails(`${declaration}a[2u] = 1;`, 'Cannot index a[2u] in kernel "test": need 0 to 1');
  assertFails(`${declaration}a[i] = 1;`, "Cannot index a[i]");
  assertFails("var a: array<f32, n>; //#scalars", 'Cannot name the elements of a in kernel "test"');
});

Deno.test("preprocess: a message shows where", () => {
  const error = assertThrows(
    () => expand("//#unroll\nloop { here }"),
    SyntaxError,
  );
  assertStringIncludes(error.message, "loop { here }");
});
