import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { fitLinearProbe } from "../../src/estimators/linear_probe.ts";
import {
  fitLogisticRegression,
  predictProbabilities,
} from "../../src/estimators/logistic_regression.ts";
import { inRepository } from "../support/paths.ts";

const fixture = JSON.parse(
  Deno.readTextFileSync(inRepository("tests/fixtures/stats/logistic_regression.json")),
);

for (const solution of fixture.solutions) {
  Deno.test(`fitLogisticRegression() agrees with scikit-learn at l2 = ${solution.l2}`, () => {
    const { features, labels, classes, dimension } = fixture;
    const model = fitLogisticRegression({ features, labels }, classes, solution.l2);
    assert(model.converged);
    // Back to standardized units, where all weights are of order 1.
    const rows = labels.length / classes;
    for (let j = 0; j < dimension; j++) {
      const values = Array.from({ length: rows }, (_, i) => features[i * dimension + j]);
      const mean = values.reduce((sum, value) => sum + value, 0) / rows;
      const deviation = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows,
      );
      for (let k = 0; k < classes; k++) {
        // Both solvers stop at gradients of about 1e-10 (mean loss); the least curvature, along
        // the difference of two nearly equal features at l2 = 1e-4, is 1e-4.
        assertAlmostEquals(
          model.weights[k * dimension + j] * deviation,
          solution.standardized_weights[k][j],
          1e-6,
          `class ${k}, feature ${j}`,
        );
      }
    }
    const probabilities = predictProbabilities(model, fixture.new);
    probabilities.forEach((p, i) => assertAlmostEquals(p, solution.probabilities[i], 1e-6));
  });
}

/** Correlated features, as an encoder's are: a few factors plus noise; classes depend on them. */
function cohort(rows: number, dimension: number, classes: number, seed: number) {
  const random = new CounterRandom(seed, Stream.synthetic);
  const factors = 8;
  const loading = Float64Array.from({ length: factors * dimension }, () => random.normal());
  const effect = Float64Array.from({ length: factors * classes }, () => random.normal());
  const features = new Float32Array(rows * dimension);
  const labels = new Uint8Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const factor = Float64Array.from({ length: factors }, () => random.normal());
    for (let j = 0; j < dimension; j++) {
      let value = 0.5 * random.normal() + 3;
      for (let f = 0; f < factors; f++) value += factor[f] * loading[f * dimension + j];
      features[i * dimension + j] = value;
    }
    for (let k = 0; k < classes; k++) {
      let logit = -1;
      for (let f = 0; f < factors; f++) logit += 0.7 * factor[f] * effect[f * classes + k];
      labels[i * classes + k] = random.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
    }
  }
  return { features, labels };
}

/** The first `rows` rows and the rest. */
function split(data: ReturnType<typeof cohort>, rows: number, dimension: number, classes: number) {
  return [
    {
      features: data.features.subarray(0, rows * dimension),
      labels: data.labels.subarray(0, rows * classes),
    },
    {
      features: data.features.subarray(rows * dimension),
      labels: data.labels.subarray(rows * classes),
    },
  ];
}

Deno.test("fitLinearProbe() picks the penalty that validates best, quickly", () => {
  const [training, validation] = split(cohort(1400, 256, 5, 1), 1200, 256, 5);
  const start = performance.now();
  const probe = fitLinearProbe({ ...training, classes: 5, validation });
  const seconds = (performance.now() - start) / 1000;
  assert(probe.converged);
  assertEquals(probe.candidates.map(({ l2 }) => l2), [1, 0.1, 0.01, 0.001, 1e-4, 1e-5]);
  const best = Math.max(...probe.candidates.map(({ validationAuroc }) => validationAuroc));
  assertEquals(probe.validationAuroc, best);
  assertEquals(probe.candidates.find(({ l2 }) => l2 === probe.l2)?.validationAuroc, best);
  // Labels follow a logit of standard deviation 2: about 0.87 for who knows the factors.
  assert(best > 0.82, `${best}`);
  // The chosen solution is the one that a fit from scratch finds: warm starts change nothing.
  const alone = fitLogisticRegression(training, 5, probe.l2);
  const difference = predictProbabilities(alone, validation.features)
    .map((p, i) => Math.abs(p - predictProbabilities(probe, validation.features)[i]));
  assert(Math.max(...difference) < 1e-6);
  // About 1 s alone for six penalties; the limit allows for a busy machine.
  assert(seconds < 10, `${seconds} s`);
});

Deno.test("fitLogisticRegression() meets the optimality conditions", () => {
  const { features, labels } = cohort(300, 20, 2, 2);
  const l2 = 0.01;
  const model = fitLogisticRegression({ features, labels }, 2, l2);
  const probabilities = predictProbabilities(model, features);
  for (let k = 0; k < 2; k++) {
    // The intercept is free, so probabilities sum to the number of positives.
    let sum = 0;
    for (let i = 0; i < 300; i++) sum += probabilities[2 * i + k] - labels[2 * i + k];
    assertAlmostEquals(sum / 300, 0, 1e-9); // ten times the gradient limit
  }
});

Deno.test("fitLogisticRegression() is deterministic and ignores the features' units", () => {
  const { features, labels } = cohort(100, 5, 2, 3);
  const fit = (values: ArrayLike<number>) =>
    fitLogisticRegression({ features: values, labels }, 2, 0.1);
  assertEquals(fit(features), fit(features));
  const scaled = Float64Array.from(features, (value, i) => value * 10 ** (i % 5) - i % 5);
  const ours = predictProbabilities(fit(features), features);
  predictProbabilities(fit(scaled), scaled)
    .forEach((p, i) => assertAlmostEquals(p, ours[i], 1e-7)); // solver's limit over curvature 0.1
});

Deno.test("fitLogisticRegression() handles constants, duplicates, separable and empty classes", () => {
  // Features: useful, constant, a duplicate of the first.
  const features = [0, 0.1, 0, 1, 0.1, 1, 2, 0.1, 2, 3, 0.1, 3];
  const labels = [0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1]; // separable, never, always
  const model = fitLogisticRegression({ features, labels }, 3, 1e-4);
  assert(model.converged);
  assertEquals(model.weights[1], 0);
  assertAlmostEquals(model.weights[0], model.weights[2], 1e-6); // gradient limit / l2
  assertEquals([...model.weights.subarray(3)], [0, 0, 0, 0, 0, 0]);
  assertAlmostEquals(model.bias[1], Math.log(0.5 / 4.5), 1e-15);
  assertAlmostEquals(model.bias[2], Math.log(4.5 / 0.5), 1e-15);
  const probabilities = predictProbabilities(model, features);
  assert(probabilities.every((p) => p > 0 && p < 1));
  assert(probabilities[3] < 0.1 && probabilities[6] > 0.9);
});

Deno.test("fitLogisticRegression() converges on fewer rows than features, hardly penalized", () => {
  const { features, labels } = cohort(60, 128, 2, 5);
  const model = fitLogisticRegression({ features, labels }, 2, 1e-6);
  assert(model.converged);
  assert(model.iterations.every((steps) => steps < 200), `${model.iterations}`);
  const probabilities = predictProbabilities(model, features);
  probabilities.forEach((p, i) => assertAlmostEquals(p, labels[i], 1e-3)); // separable: all right
});

Deno.test("fitLinearProbe() prefers the stronger penalty when all validate alike", () => {
  const data = { features: [0, 1, 2, 3], labels: [0, 0, 1, 1] };
  const probe = fitLinearProbe({ ...data, classes: 1, validation: data });
  assertEquals(probe.l2, 1);
  const undefinedAuroc = { features: [0], labels: [1] };
  const blind = fitLinearProbe({ ...data, classes: 1, validation: undefinedAuroc });
  assertEquals(blind.validationAuroc, NaN);
  assertEquals(blind.l2, 1);
});

Deno.test("logistic regression refuses what it cannot fit", () => {
  const fit = (features: number[], labels: number[], classes = 1, l2 = 1) => () =>
    fitLogisticRegression({ features, labels }, classes, l2);
  assertThrows(fit([1, 2], [0, 1], 1, 0), RangeError, "l2 is 0");
  assertThrows(fit([1, 2, 3], [0, 1]), RangeError, "3 features in 2 rows");
  assertThrows(fit([1, 2], [0, 2]), RangeError, "is 2, need 0 or 1");
  assertThrows(fit([1, NaN], [0, 1]), RangeError, "feature 0 is not finite");
  assertThrows(fit([1, 2], [0, 1, 1], 2), RangeError, "no rows of 2 classes");
  const data = { features: [1, 2], labels: [0, 1] };
  const validation = { features: [1, 2, 3, 4], labels: [0, 1] };
  assertThrows(() => fitLinearProbe({ ...data, classes: 1, validation }), RangeError, "1 features");
  assertThrows(
    () => fitLinearProbe({ ...data, classes: 1, validation: data, l2Candidates: [] }),
    RangeError,
    "no candidates",
  );
  const wide = fitLogisticRegression({ features: [1, 2, 3, 4], labels: [0, 1] }, 1, 1);
  assertThrows(() => predictProbabilities(wide, [1, 2, 3]), RangeError, "rows of 2");
});
