import { assertEquals } from "@std/assert";
import { metricsLine } from "../../src/console/console.ts";

Deno.test("metrics in a line; what is not defined is n/a, not NaN", () => {
  const metrics = { f1_macro: 0.25, sensitivity_micro: 1, specificity_micro: 0.87654 };
  assertEquals(
    metricsLine({ ...metrics, auroc_macro: 0.5 }),
    "AUROC 0.5000  F1 0.2500  sensitivity 1.0000  specificity 0.8765",
  );
  assertEquals(
    metricsLine({ ...metrics, auroc_macro: NaN }),
    "AUROC n/a  F1 0.2500  sensitivity 1.0000  specificity 0.8765",
  );
});
