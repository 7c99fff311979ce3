import { assertEquals, assertRejects } from "@std/assert";
import { parse } from "@std/csv";
import type { RecordSet } from "../../src/data/signals/record_set.ts";
import { UserError } from "../../src/errors.ts";
import { embed, embeddingsCsv } from "../../src/evaluation/embed.ts";
import { loadFeatureNetwork } from "../../src/evaluation/load_network.ts";
import { networkFeatures } from "../../src/evaluation/network_features.ts";
import { randomClassifier } from "../support/random_classifier.ts";
import { smallSet, withSmallWorkspace } from "../support/small_workspace.ts";

Deno.test("embed() gives the features of the folds' records, ascending", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu, split, set } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const checkpoint = randomClassifier(1);
    const { rows, features, ...about } = await embed(workspace, {
      checkpoint,
      folds: [10, 9],
    });
    assertEquals(about, { width: 16, architecture: "ECGEncoder1DCNN" });
    assertEquals(rows, Int32Array.from([...split.validation, ...split.test]).sort());
    {
      using network = loadFeatureNetwork(gpu, checkpoint);
      assertEquals(features, await networkFeatures(workspace, network, rows));
    }

    await assertRejects(
      () =>
        embed(workspace, {
          checkpoint: randomClassifier(1, { sampling_rate: 250 }),
          folds: [1],
        }),
      UserError,
      "trained at 250 Hz",
    );
    set.folds.forEach((fold, row) => fold === 9 && (set.folds[row] = 8));
    for (const [folds, message] of [[[9], "Fold 9 has no"], [[9, 9], "Folds 9, 9 have"]] as const) {
      await assertRejects(
        () => embed(workspace, { checkpoint, folds }),
        UserError,
        message,
      );
    }
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("the table: ids, labels where there are any, features to the last bit of float32", () => {
  const set = smallSet();
  const features = Float32Array.of(0.1, 1e-30, 0, -3.4e38, 1 / 3, 16777217);
  const embeddings = { rows: Int32Array.of(7, 2), width: 3, features, architecture: "x" };
  const lines = (of: RecordSet, withFeatures: boolean) =>
    parse(embeddingsCsv(embeddings, of, { features: withFeatures }));
  const [head, ...rows] = lines(set, true);
  assertEquals(head, ["ecg_id", "patient_id", "fold", ...set.classNames, "f0", "f1", "f2"]);
  assertEquals(
    rows.map((row) => row.slice(0, 8).map(Number)),
    [7, 2].map((row) => [
      set.ids[row],
      set.patients[row],
      set.folds[row],
      ...set.labels.subarray(5 * row, 5 * row + 5),
    ]),
  );
  assertEquals(Float32Array.from(rows.flatMap((row) => row.slice(8).map(Number))), features);
  assertEquals(lines(set, false).map((row) => row.length), [8, 8, 8]);

  const files = Array.from(set.ids, (id) => `a "b",${id}`);
  const folder = { ...set, files, labels: set.labels.map(() => 0) };
  assertEquals(lines(folder, false)[0], ["ecg_id", "patient_id", "fold", "file"]);
  assertEquals(lines(folder, false)[1][3], files[7]);
});
