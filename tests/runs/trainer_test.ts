import { assertRejects } from "@std/assert";
import { Linear } from "../../src/layers/linear.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Trainer } from "../../src/runs/trainer.ts";
import { withSmallWorkspace } from "../support/small_workspace.ts";

Deno.test("an order of another length than the trainer was made for is refused", () =>
  withSmallWorkspace(async (workspace) => {
    const store = new ParameterStore();
    new Linear(store, "head", 4, 4);
    store.allocate(workspace.gpu, 1);
    const trainer = new Trainer(workspace, { store, record() {} }, { records: 8, batchSize: 4 });
    for (const length of [7, 9]) {
      await assertRejects(
        () => trainer.epoch({ epoch: 1, order: new Int32Array(length) }),
        RangeError,
        `The order has ${length} rows, the trainer was made for 8`,
      );
    }
    trainer.destroy();
    store.destroy();
  }));
