import { assert, assertEquals } from "@std/assert";
import { describeMemory, type MemoryUse } from "../../src/runs/memory_use.ts";
import { pretrainOptions, pretrainSimclr, withSmallWorkspace } from "../support/small_workspace.ts";

Deno.test("the memory announced before the first step is what the run takes", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    let memory: MemoryUse | undefined;
    const held: number[] = [];
    await pretrainSimclr(workspace, {
      ...pretrainOptions(folder, "run"),
      epochs: 1,
      events: {
        prepared: (facts) => memory = facts.memory,
        epoch: () => void held.push(gpu.liveBytes),
      },
    });
    assert(memory);
    const { total, ...parts } = memory;
    assertEquals(held, [total]);
    assertEquals(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0), total);
    assertEquals(parts.records, workspace.records.bytes);
    // Two moments against values and gradients; the model has running statistics besides.
    assert(parts.model > parts.optimizer && parts.optimizer > 0);
    assert(parts.steps > 2 * 16 * 128 * 12 * 4, "more than the step's input");
    // Copies for resuming: values and moments.
    assert(parts.rest > 1.5 * parts.optimizer && parts.rest < 3 * parts.optimizer);
  }));

Deno.test("describeMemory() puts the largest part first", () => {
  const use = { records: 2048, model: 0, optimizer: 0, steps: 3072, rest: 1024, total: 6144 };
  assertEquals(
    describeMemory(use),
    "6.0 KiB: steps 3.0 KiB, records 2.0 KiB, rest 1.0 KiB, model 0 B, optimizer 0 B",
  );
});
