import { assertRejects } from "@std/assert";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { UserError } from "../../src/errors.ts";

Deno.test("messages recommend commands in the way that this one was started", async () => {
  const before = Deno.env.get("SSRL_ECG_PROGRAM");
  try {
    for (const program of ["./denow task", "ssrl-ecg"]) {
      Deno.env.set("SSRL_ECG_PROGRAM", program);
      await assertRejects(() => loadPtbXl("nowhere"), UserError, `"${program} fetch-ptbxl"`);
    }
  } finally {
    if (before === undefined) Deno.env.delete("SSRL_ECG_PROGRAM");
    else Deno.env.set("SSRL_ECG_PROGRAM", before);
  }
});
