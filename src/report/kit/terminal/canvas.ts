/** Dots in character cells: 2 × 4 in each cell as Unicode braille, one in each cell in ASCII. */
export interface Canvas {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  /** Sets the dots of a column from y = `from` to `to`, both included, 0 at the top. */
  column(x: number, from: number, to: number): void;
  /** The character of a cell; undefined where no dot is set. */
  cell(column: number, row: number): string | undefined;
}

/** Bits of a braille cell's dots (Unicode 16, block U+2800), by column and row. */
const BRAILLE = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** An empty canvas of `columns` × `rows` characters. */
export function createCanvas(columns: number, rows: number, ascii: boolean): Canvas {
  const across = ascii ? 1 : 2;
  const down = ascii ? 1 : 4;
  const cells = new Uint8Array(columns * rows);
  return {
    width: columns * across,
    height: rows * down,
    column: (x, from, to) => {
      for (let y = Math.min(from, to); y <= Math.max(from, to); y++) {
        const bit = ascii ? 1 : BRAILLE[x % 2][y % 4];
        cells[Math.floor(y / down) * columns + Math.floor(x / across)] |= bit;
      }
    },
    cell: (column, row) => {
      const bits = cells[row * columns + column];
      if (bits === 0) return undefined;
      return ascii ? "*" : String.fromCodePoint(0x2800 + bits);
    },
  };
}
