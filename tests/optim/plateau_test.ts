import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Plateau, plateauRate } from "../../src/optim/plateau.ts";

// Rates after every epoch as torch.optim.lr_scheduler.ReduceLROnPlateau of PyTorch 1.13 gave them.
const COURSES: [losses: number[], start: number, plateau: Plateau, rates: number[]][] = [
  [
    // 0.49999 is not lower by 1e-4 of 0.5, 0.4999 is.
    [1, 0.5, 0.6, 0.6, 0.6, 0.49999, 0.4999, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4],
    5e-4,
    { factor: 0.5, patience: 2 },
    [...Array(4).fill(5e-4), ...Array(6).fill(2.5e-4), ...Array(3).fill(1.25e-4), 6.25e-5],
  ],
  [Array(5).fill(0.7), 1e-3, { factor: 0.1, patience: 0 }, [1e-3, 1e-4, 1e-5, 1e-6, 1e-7]],
];

Deno.test("the plateau rule gives PyTorch's rates", () => {
  for (const [losses, start, plateau, rates] of COURSES) {
    rates.forEach((rate, i) =>
      // Products of up to four factors, rounded each.
      assertAlmostEquals(plateauRate(start, losses.slice(0, i + 1), plateau), rate, 1e-15)
    );
  }
  assertEquals(plateauRate(0.1, [], { factor: 0.5, patience: 0 }), 0.1);
});
