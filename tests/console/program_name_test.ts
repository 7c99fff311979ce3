import { assertRejects, assertStringIncludes } from "@std/assert";
import { adviceFor } from "../../src/console/advice.ts";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { UserError } from "../../src/errors.ts";

Deno.test("messages recommend commands in the way that this one was started", async () => {
  const before = Deno.env.get("SSRL_ECG_PROGRAM");
  try {
    for (const program of ["./denow task", "ssrl-ecg"]) {
      Deno.env.set("SSRL_ECG_PROGRAM", program);
      const error = await assertRejects(() => loadPtbXl("nowhere"), UserError);
      assertStringIncludes(adviceFor(error)!, `"${program} fetch-ptbxl"`);
    }
  } finally {
    if (before === undefined) Deno.env.delete("SSRL_ECG_PROGRAM");
    else Deno.env.set("SSRL_ECG_PROGRAM", before);
  }
});
