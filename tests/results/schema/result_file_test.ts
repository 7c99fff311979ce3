import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { UserError } from "../../../src/errors.ts";
import { maybeMeasured, measured, whole } from "../../../src/results/schema/fields.ts";
import { ablationResults, RESULT_KINDS } from "../../../src/results/schema/kinds.ts";
import {
  readResult,
  recognizeResult,
  resultKind,
  writeJson,
  writeResult,
} from "../../../src/results/schema/result_file.ts";

const small = resultKind("small", {
  runs: v.array(v.object({ seed: whole, auroc: measured, f1: maybeMeasured })),
  command_line: v.optional(v.nullable(v.string())),
});

async function inFolder(body: (path: (name: string) => string) => void | Promise<void>) {
  const folder = Deno.makeTempDirSync({ prefix: "result_file_" });
  try {
    await body((name) => `${folder}/${name}`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("a result: NaN becomes null in the file and NaN again", () =>
  inFolder(async (path) => {
    const value = { runs: [{ seed: 1, auroc: NaN, f1: 0.5 }, { seed: 2, auroc: 0.7 }], more: [1] };
    await writeResult(path("new/a.json"), small, value);
    const text = Deno.readTextFileSync(path("new/a.json"));
    assertEquals(JSON.parse(text), {
      kind: "small",
      runs: [{ seed: 1, auroc: null, f1: 0.5 }, { seed: 2, auroc: 0.7 }],
      more: [1],
    });
    assert(text.startsWith('{\n  "kind"') && text.endsWith("}\n"));
    assertEquals(readResult(path("new/a.json"), small).runs, [
      { seed: 1, auroc: NaN, f1: 0.5 },
      { seed: 2, auroc: 0.7, f1: NaN },
    ]);
    await writeJson(path("b.json"), { a: Infinity });
    assertEquals(Deno.readTextFileSync(path("b.json")), '{\n  "a": null\n}\n');
  }));

Deno.test("a result that is none is not written", () =>
  inFolder(async (path) => {
    const value = { runs: [{ seed: 1.5, auroc: 1 }] };
    await assertRejects(() => writeResult(path("a.json"), small, value), TypeError, "seed is 1.5");
    assertThrows(() => Deno.statSync(path("a.json")), Deno.errors.NotFound);
  }));

Deno.test("errors name the file, the field, what is there and what is needed", () =>
  inFolder((path) => {
    const rejects = (text: string, message: string) => {
      Deno.writeTextFileSync(path("a.json"), text);
      const error = assertThrows(() => readResult(path("a.json"), small), UserError);
      assert(error.message.includes(`${path("a.json")}: ${message}`), error.message);
    };
    rejects("{", "it is not valid JSON");
    rejects("3", "it is 3: need an object");
    rejects("[]", "it is a list: need an object");
    rejects("{}", "runs is missing");
    rejects('{"runs": {}}', "runs is an object: need a list");
    rejects('{"runs": [{"auroc": 1}]}', "runs[0].seed is missing");
    rejects('{"runs": [{"seed": 0.5, "auroc": 1}]}', "runs[0].seed is 0.5: need a whole number");
    rejects('{"runs": [{"seed": 1, "auroc": "x"}]}', 'runs[0].auroc is "x": need a number');
    rejects('{"runs": [], "command_line": 5}', "command_line is 5: need a text");
    const missing = () => readResult(path("none.json"), small);
    assertThrows(missing, UserError, `Cannot read ${path("none.json")}: it is not there`);
  }));

Deno.test("files are recognized by their kind, older ones by the fields they have", () =>
  inFolder((path) => {
    const recognize = (content: unknown) => {
      Deno.writeTextFileSync(path("a.json"), JSON.stringify(content));
      return recognizeResult(path("a.json"), RESULT_KINDS)?.kind;
    };
    assertEquals(recognize({ reference: "full", deltas: {}, runs: [] }), "ablation");
    assertEquals(recognize({ label_scarcity: {} }), "label-scarcity");
    const evaluated = { checkpoints: [], fold: 10, records: 5, left_out: [] };
    assertEquals(recognize(evaluated), "evaluate-all");
    assertEquals(recognize({ ...evaluated, baseline: "a", checkpoints: {} }), "compare");
    for (const other of [[1, 2], null, "x", {}, { kind: "other", deltas: {} }]) {
      assertEquals(recognize(other), undefined);
    }
    assertThrows(() => recognize({ kind: "ablation" }), UserError, "reference is missing");
    assertThrows(() => recognize({ individual_results: 1 }), UserError, "is 1: need an object");
    assertEquals(new Set(RESULT_KINDS.map(({ kind }) => kind)).size, RESULT_KINDS.length);
    assertEquals(ablationResults.required, ["reference", "deltas", "runs"]);
  }));
