import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { featureTable, networkFeatures } from "../../src/evaluation/network_features.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Encoder1dCnn } from "../../src/models/encoder_1d_cnn.ts";
import { withSmallWorkspace } from "../support/small_workspace.ts";

const options = { what: "a.pt", diagnosis: "Training has diverged" };

Deno.test("features of parts are those of their rows, with the rows' labels", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const store = new ParameterStore();
    const network = new Encoder1dCnn(store, "", { width: 4 });
    store.allocate(gpu, 3);
    assertEquals(network.features, 16);
    const all = await networkFeatures(workspace, network, [0, 1, 2, 3, 4, 5, 6]);
    const parts = [Int32Array.of(5, 0), new Int32Array(), Int32Array.of(3, 2, 6)];
    const seen: number[] = [];
    const part = await featureTable(workspace, network, parts.flatMap((rows) => [...rows]), {
      onProgress: (done) => seen.push(done),
    });
    assertEquals(seen.at(-1), 5);
    for (const rows of parts) {
      const { features, labels } = part(rows);
      assertEquals(labels, workspace.labelsOf(rows));
      rows.forEach((row, i) =>
        assertEquals(features.slice(16 * i, 16 * (i + 1)), all.slice(16 * row, 16 * (row + 1)))
      );
    }
    assert(all.some((value) => value > 0));
    store.destroy();
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("features that are not finite are refused with the record", () =>
  withSmallWorkspace(async (workspace) => {
    const store = new ParameterStore();
    const network = new Encoder1dCnn(store, "", { width: 4 });
    store.allocate(workspace.gpu, 3);
    const state = await store.state();
    const broken = state.find(({ name }) => name === "features.5.block.1.bias")!;
    store.load([{ ...broken, data: (broken.data as Float32Array).fill(Infinity, 2, 3) }]);
    const { message } = await assertRejects(
      () => networkFeatures(workspace, network, [4], options),
      UserError,
    );
    assertEquals(
      message,
      `Cannot use the features of a.pt: one of record ${workspace.set.ids[4]} is Infinity. ` +
        "Training has diverged",
    );
    store.destroy();
  }));
