/**
 * Series over the updates of a run in bounded memory. Each column holds the same number of updates. When all columns
 * are full, neighbors are joined, so a column holds twice as many. A column is the mean of its finite values. A NaN or
 * an infinity is never averaged away; exactly zero (−∞ as a logarithm) is kept only if the column has no other value.
 */
export class Thinned {
  readonly capacity: number;
  readonly rows: number;
  /** Number of updates in a column. */
  stride = 1;
  /** Number of columns in use. */
  length = 0;
  readonly #first: Float64Array; // [capacity]
  readonly #last: Float64Array;
  readonly #held: Float64Array;
  readonly #sum: Float64Array; // [capacity, rows]
  readonly #low: Float32Array;
  readonly #high: Float32Array;
  readonly #count: Uint32Array;
  readonly #flags: Uint8Array;

  constructor(capacity: number, rows: number) {
    [this.capacity, this.rows] = [capacity + (capacity % 2), rows];
    const size = this.capacity * rows;
    [this.#first, this.#last, this.#held] = [0, 1, 2].map(() => new Float64Array(this.capacity));
    this.#sum = new Float64Array(size);
    [this.#low, this.#high] = [0, 1].map(() => new Float32Array(size));
    this.#count = new Uint32Array(size);
    this.#flags = new Uint8Array(size);
  }

  /** Makes room for the numbers of an update; `put` then sets them row by row. */
  begin(update: number): void {
    if (this.length === 0 || this.#held[this.length - 1] === this.stride) {
      if (this.length === this.capacity) this.#halve();
      if (this.length === 0 || this.#held[this.length - 1] === this.stride) this.#open(update);
    }
    this.#held[this.length - 1]++;
    this.#last[this.length - 1] = update;
  }

  /** The number of one row at the update that `begin` named. */
  put(row: number, value: number): void {
    const at = (this.length - 1) * this.rows + row;
    if (Number.isFinite(value)) {
      if (this.#count[at] === 0 || value < this.#low[at]) this.#low[at] = value;
      if (this.#count[at] === 0 || value > this.#high[at]) this.#high[at] = value;
      this.#sum[at] += value;
      this.#count[at]++;
    } else this.#flags[at] |= value === Number.NEGATIVE_INFINITY ? ZERO : BROKEN;
  }

  /** The first update of every column, and the last update. */
  get updates(): { readonly first: Float64Array; readonly last: Float64Array } {
    return { first: this.#first.slice(0, this.length), last: this.#last.slice(0, this.length) };
  }

  /** A row over the columns; undefined if nothing was measured. */
  at(column: number, row: number): number | undefined {
    const at = column * this.rows + row;
    if ((this.#flags[at] & BROKEN) !== 0) return Number.NaN;
    if (this.#count[at] > 0) return this.#sum[at] / this.#count[at];
    return (this.#flags[at] & ZERO) !== 0 ? Number.NEGATIVE_INFINITY : undefined;
  }

  /** A row without gaps `[length]`: a column without a value has that of the column before; NaN before the first. */
  row(row: number): Float64Array {
    const values = new Float64Array(this.length);
    let held = Number.NaN;
    for (let c = 0; c < this.length; c++) values[c] = held = this.at(c, row) ?? held;
    return values;
  }

  /** The least and the largest finite number of every column. */
  extremes(row: number): { readonly low: Float64Array; readonly high: Float64Array } {
    const pick = (of: Float32Array) =>
      Float64Array.from({ length: this.length }, (_, c) => {
        const at = c * this.rows + row;
        return this.#count[at] > 0 ? of[at] : Number.NaN;
      });
    return { low: pick(this.#low), high: pick(this.#high) };
  }

  #open(update: number): void {
    this.#first[this.length] = update;
    this.#held[this.length] = 0;
    const [from, to] = [this.length * this.rows, (this.length + 1) * this.rows];
    this.#sum.fill(0, from, to);
    this.#count.fill(0, from, to);
    this.#flags.fill(0, from, to);
    this.length++;
  }

  #halve(): void {
    for (let c = 0; c < this.length / 2; c++) {
      const [a, b] = [2 * c, 2 * c + 1];
      this.#first[c] = this.#first[a];
      this.#last[c] = this.#last[b];
      this.#held[c] = this.#held[a] + this.#held[b];
      for (let r = 0; r < this.rows; r++) {
        const [to, left, right] = [c * this.rows + r, a * this.rows + r, b * this.rows + r];
        const [n, m] = [this.#count[left], this.#count[right]];
        this.#low[to] =
          n === 0 ? this.#low[right] : m === 0 ? this.#low[left] : Math.min(this.#low[left], this.#low[right]);
        this.#high[to] =
          n === 0 ? this.#high[right] : m === 0 ? this.#high[left] : Math.max(this.#high[left], this.#high[right]);
        this.#sum[to] = this.#sum[left] + this.#sum[right];
        this.#flags[to] = this.#flags[left] | this.#flags[right];
        this.#count[to] = n + m;
      }
    }
    this.length /= 2;
    this.stride *= 2;
  }
}

const ZERO = 1;
const BROKEN = 2;
