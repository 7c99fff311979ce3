/** Distribution functions against SciPy 1.17. */

import { assert, assertEquals } from "@std/assert";
import * as own from "../../src/stats/distributions.ts";

/** Function → arguments and SciPy's value. */
const EXPECTED: Readonly<Record<string, readonly (readonly number[])[]>> = {
  normalCdf: [
    [-37, 5.7255712225239266e-300],
    [-12.5, 3.732564298877714e-36],
    [-7.069, 7.802707432622891e-13],
    [-4, 3.167124183311986e-05],
    [-3.7666, 8.274290873060173e-05],
    [-1.96, 0.024997895148220435],
    [0, 0.5],
    [0.7, 0.758036347776927],
    [8, 0.9999999999999993],
  ],
  normalPdf: [[-4, 0.00013383022576488537], [0, 0.3989422804014327], [0.7, 0.31225393336676127]],
  normalQuantile: [
    [1e-12, -7.034483825301131],
    [0.001, -3.090232306167813],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.975, 1.959963984540054],
  ],
  tCdf: [
    [-30, 1, 0.010606402405535426],
    [-2, 2, 0.09175170953613698],
    [-1.2, 1.5, 0.19298246305685807],
    [-4.5, 9, 0.0007444747077058662],
    [-0.1, 17.3, 0.4607470208525589],
    [0, 3, 0.5],
    [1.3, 5, 0.8748496829146615],
    [2.6, 100, 0.9946331083026305],
    [-1.6852, 1000, 0.046130994452858384],
  ],
  tQuantile: [
    [1e-09, 2, -22360.679741456875],
    [0.025, 1, -12.706204736174705],
    [0.025, 9, -2.2621571627982053],
    [0.3, 4.5, -0.5635058039393779],
    [0.5, 3, 0],
    [0.975, 30, 2.0422724563012378],
    [0.995, 1000, 2.580754698065951],
  ],
  chiSquareCdf: [
    [0, 3, 0],
    [0.001, 1, 0.02522712063003961],
    [3, 2, 0.7768698398515702],
    [10, 2.5, 0.9883919628521234],
    [7, 9, 0.3628805928306016],
    [130, 100, 0.9764876021901913],
    [900, 1000, 0.01071723809128973],
  ],
  logGamma: [
    [0.1, 2.252712651734206],
    [1.5, -0.12078223763524526],
    [3.7, 1.428072326665388],
    [55.5, 166.32150615984037],
    [10000, 82099.71749644238],
  ],
};

Deno.test("distribution functions: SciPy's to 1e-10, in the tails too", () => {
  for (const [name, rows] of Object.entries(EXPECTED)) {
    const compute = own[name as keyof typeof own] as (...given: number[]) => number;
    for (const row of rows) {
      const [given, expected] = [row.slice(0, -1), row.at(-1)!];
      const value = compute(...given);
      const error = Math.abs(value - expected);
      assert(error <= 1e-10 * Math.abs(expected), `${name}(${given}) = ${value}, not ${expected}`);
    }
  }
});

Deno.test("distribution functions: ends and nonsense", () => {
  assertEquals([own.normalCdf(-Infinity), own.normalCdf(Infinity)], [0, 1]);
  assertEquals([own.normalQuantile(0), own.normalQuantile(1)], [-Infinity, Infinity]);
  assertEquals([own.normalCdf(NaN), own.normalQuantile(-1), own.tQuantile(NaN, 3)], [
    NaN,
    NaN,
    NaN,
  ]);
});
