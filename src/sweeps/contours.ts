/*
 * Lines of equal value on a grid, by marching squares (Lorensen and Cline 1987, in two dimensions). If the values of
 * four neighbors lie on both sides of the level, a line crosses their square where the edges reach the level by linear
 * interpolation.
 */

/** A piece of a line, in grid coordinates: column and row from 0. */
export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/** The lines on which `rows[y][x]` = level. A square with a corner that is not finite has no line. */
export function contour(rows: readonly ArrayLike<number>[], level: number): Segment[] {
  const segments: Segment[] = [];
  for (let y = 0; y + 1 < rows.length; y++) {
    for (let x = 0; x + 1 < rows[y].length; x++) {
      // corners around the square: bottom left, bottom right, top right, top left
      const corners = [rows[y][x], rows[y][x + 1], rows[y + 1][x + 1], rows[y + 1][x]].map((value) => value - level);
      if (!corners.every(Number.isFinite)) continue;
      const places: readonly (readonly [number, number])[] = [
        [x, y],
        [x + 1, y],
        [x + 1, y + 1],
        [x, y + 1],
      ];
      const crossings: [number, number][] = [];
      for (let e = 0; e < 4; e++) {
        const [from, to] = [e, (e + 1) % 4];
        if (corners[from] < 0 === corners[to] < 0) continue;
        const t = corners[from] / (corners[from] - corners[to]);
        const [[x0, y0], [x1, y1]] = [places[from], places[to]];
        crossings.push([x0 + t * (x1 - x0), y0 + t * (y1 - y0)]);
      }
      // two crossings make one line; four make two lines around opposite corners
      for (let i = 0; i + 1 < crossings.length; i += 2) segments.push([...crossings[i], ...crossings[i + 1]]);
    }
  }
  return segments;
}

/** About `count` round values between two ends. */
export function levelsBetween(low: number, high: number, count = 5): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) as number);
  const levels: number[] = [];
  for (let i = Math.floor(low / step) + 1; i * step < high; i++) levels.push(Number((i * step).toPrecision(12)));
  return levels;
}
