/** The nearest name in a list, for "did you mean" messages. */

import { levenshteinDistance } from "@std/text";

/**
 * The candidate that `given` was probably meant to be, or undefined when none is near: the
 * smallest edit distance up to a third of the length (at least 2), else the only candidate that
 * begins with `given`. (`closestString` of the standard library always finds one.)
 */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(given.length / 3));
  const [best] = candidates
    .map((name) => ({
      name,
      distance: levenshteinDistance(given.toLowerCase(), name.toLowerCase()),
    }))
    // A distance as long as the word itself would match anything: "-x" is not a misspelled "lr".
    .filter(({ name, distance }) => distance <= limit && distance < name.length)
    .sort((a, b) => a.distance - b.distance);
  if (best !== undefined) return best.name;
  const longer = candidates.filter((candidate) => given !== "" && candidate.startsWith(given));
  return longer.length === 1 ? longer[0] : undefined;
}

/** ". Is NAME meant?" for the end of a message, or nothing where no candidate is near. */
export function didYouMean(given: string, candidates: readonly string[]): string {
  const near = nearest(given, candidates);
  return near === undefined ? "" : `. Is ${near} meant?`;
}
