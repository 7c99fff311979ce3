/** Reads drawn traces back. */

/** Points of path data that `tracePath` wrote, in its units; one list a piece between gaps. */
export function tracePoints(d: string): [x: number, y: number][][] {
  let [x, y] = [0, 0];
  return d.split("m").slice(1).map((piece) => {
    const steps = (piece.match(/-?\d+/g) ?? []).map(Number);
    return Array.from({ length: steps.length / 2 }, (_, i): [number, number] => {
      x += steps[2 * i];
      y += steps[2 * i + 1];
      return [x, y];
    });
  });
}
