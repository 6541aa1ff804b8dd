/**
 * The name that `typed` most likely stands for: the nearest by edit distance if at most a third of its letters differ,
 * else a name that begins with it ("ortho") or that it begins with; undefined where no name is near.
 */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const plain = typed.toLowerCase();
  if (plain.length < 2 || plain.length > 40) return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(plain, name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  if (bestDistance <= Math.max(1, Math.floor(plain.length / 3))) return best;
  return names.find((name) => name.startsWith(plain) || (name.length > 2 && plain.startsWith(name)));
}

/** Insertions, deletions, substitutions and swaps of neighbors that turn `a` into `b` (Damerau 1964, restricted). */
function editDistance(a: string, b: string): number {
  let before: number[] = []; // row i − 2
  let above = Array.from({ length: b.length + 1 }, (_, j) => j); // row i − 1
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swap));
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}
