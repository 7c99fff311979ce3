/**
 * How often each decision rule finds a difference where there is none.
 *
 * Rules whose p-value has a continuous distribution must do so in alpha of all cases, within three
 * standard errors of the simulation. p-values from ranks and permutations take few values, so that
 * alpha itself is not reached: for them the bound is "at most alpha + three standard errors", and
 * "more than 0" shows that the rule can decide at all.
 */

import { assert } from "@std/assert";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { delongTest } from "../../src/stats/delong.ts";
import { labelPermutationTest } from "../../src/stats/label_permutation_test.ts";
import { mannWhitney } from "../../src/stats/mann_whitney.ts";
import { pairedT } from "../../src/stats/paired_t.ts";
import { signFlipTest } from "../../src/stats/sign_flip_test.ts";
import { StatisticalTester } from "../../src/stats/statistical_tester.ts";
import { welchT } from "../../src/stats/welch_t.ts";
import { wilcoxonSignedRank } from "../../src/stats/wilcoxon_signed_rank.ts";

const ALPHA = 0.05;

type Draw = (n: number) => Float64Array;

/** Share of `count` simulated comparisons in which the rule gives p < alpha. */
function rejections(count: number, rule: (normal: Draw, repetition: number) => number): number {
  let rejected = 0;
  for (let repetition = 0; repetition < count; repetition++) {
    const random = new CounterRandom(20, Stream.sampling, { epoch: repetition });
    const normal: Draw = (n) => Float64Array.from({ length: n }, () => random.normal());
    if (rule(normal, repetition) < ALPHA) rejected++;
  }
  return rejected / count;
}

function assertRate(rate: number, count: number, discrete: boolean): void {
  const bound = 3 * Math.sqrt(ALPHA * (1 - ALPHA) / count);
  assert(rate <= ALPHA + bound, `${rate} of ${count}, at most ${ALPHA + bound}`);
  assert(rate >= (discrete ? 1 / count : ALPHA - bound), `${rate} of ${count} is too few`);
}

const rules: {
  name: string;
  count: number;
  discrete?: boolean;
  p: (normal: Draw, repetition: number) => number;
}[] = [
  { name: "paired t", count: 1000, p: (normal) => pairedT(normal(10)).pValue },
  {
    name: "Welch's t, equal sizes and variances",
    count: 1000,
    p: (normal) => welchT(normal(10), normal(10)).pValue,
  },
  {
    name: "Welch's t, unequal sizes and variances",
    count: 1000,
    p: (normal) => welchT(normal(10), normal(15).map((value) => 3 * value)).pValue,
  },
  {
    name: "Mann-Whitney, exact",
    count: 1000,
    discrete: true,
    p: (normal) => mannWhitney(normal(7), normal(8)).pValue,
  },
  {
    name: "Mann-Whitney with ties",
    count: 1000,
    discrete: true,
    p: (normal) => mannWhitney(normal(12).map(Math.round), normal(12).map(Math.round)).pValue,
  },
  {
    name: "Wilcoxon, exact",
    count: 1000,
    discrete: true,
    p: (normal) => wilcoxonSignedRank(normal(10)).pValue,
  },
  {
    name: "sign flips, exact",
    count: 1000,
    discrete: true,
    p: (normal) => signFlipTest(normal(7)).pValue,
  },
  {
    name: "sign flips, drawn",
    count: 1000,
    discrete: true,
    p: (normal, seed) => signFlipTest(normal(20), { resamples: 99, seed }).pValue,
  },
  {
    name: "permuted labels, exact",
    count: 1000,
    discrete: true,
    p: (normal) => labelPermutationTest(normal(4), normal(5)).pValue,
  },
  {
    name: "permuted labels, drawn",
    count: 500,
    discrete: true,
    p: (normal, seed) =>
      labelPermutationTest(normal(12), normal(12), { resamples: 99, seed }).pValue,
  },
  {
    name: "DeLong",
    count: 500,
    p: (normal) => {
      const labels = Uint8Array.from({ length: 80 }, (_, i) => i % 2);
      const common = normal(80);
      const scores = () => normal(80).map((noise, i) => labels[i] + common[i] + noise);
      return delongTest(labels, scores(), scores()).pValue;
    },
  },
];

for (const { name, count, discrete = false, p } of rules) {
  Deno.test(`${name}: falsely significant in ${discrete ? "at most " : ""}5 %`, () => {
    assertRate(rejections(count, p), count, discrete);
  });
}

// In the first shape the t test decides nearly always, in the second Wilcoxon's does as well.
for (
  const [shape, bend] of [
    ["normal", (x: number) => x],
    ["heavy-tailed", (x: number) => x ** 3],
  ] as const
) {
  Deno.test(`the rule of StatisticalTester, ${shape} differences: falsely significant in 5 %`, () => {
    const tester = new StatisticalTester(ALPHA);
    const chosen = new Set<string>();
    const rate = rejections(1000, (normal) => {
      const { test, p_value } = tester.pairedTest(normal(10).map(bend), new Float64Array(10));
      chosen.add(test);
      return p_value;
    });
    assert(chosen.size === 2, "both tests occur");
    // Wilcoxon's p-values are discrete, and t is conservative under heavy tails.
    assertRate(rate, 1000, shape !== "normal");
  });
}
