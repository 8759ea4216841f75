/** Finds what somebody may have meant: the candidate with the least edit distance (Levenshtein) to a text. */

/** The nearest of `candidates`, the first of several; the empty text where there is none. */
export function nearest(text: string, candidates: readonly string[]): string {
  let best = '';
  let least = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(text, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
