/**
 * Scalars that keep the operation and the operands they come from: reverse-mode differentiation in float64
 * (Linnainmaa 1970). It is slow and simple, so that a cell is checked against its equations alone.
 */
export class Scalar {
  static #made = 0;
  readonly value: number;
  readonly #parents: readonly Scalar[];
  readonly #slopes: readonly number[];
  /** Its number in the order of creation. */
  readonly #serial = Scalar.#made++;
  /** ∂L/∂this after `backward`. */
  gradient = 0;

  constructor(value: number, parents: readonly Scalar[] = [], slopes: readonly number[] = []) {
    this.value = value;
    this.#parents = parents;
    this.#slopes = slopes;
  }

  /** Adds this scalar's gradient to those of its operands. */
  give(): void {
    this.#parents.forEach((parent, i) => {
      parent.gradient += this.#slopes[i] * this.gradient;
    });
  }

  /** Its own derivative from those of its operands. */
  follow(derivativeOf: (parent: Scalar) => number): number {
    return this.#parents.reduce((sum, parent, i) => sum + this.#slopes[i] * derivativeOf(parent), 0);
  }

  /** Every scalar that this one depends on, each after its operands; with `start`, only those created after it. */
  ancestors(start?: Scalar): Scalar[] {
    const order: Scalar[] = [];
    const seen = new Set<Scalar>();
    const first = start === undefined ? 0 : start.#serial + 1;
    const stack: [Scalar, number][] = [[this, 0]];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const [scalar, next] = top;
      if (next < scalar.#parents.length) {
        top[1]++;
        const parent = scalar.#parents[next];
        if (parent.#serial >= first && !seen.has(parent)) {
          seen.add(parent);
          stack.push([parent, 0]);
        }
      } else {
        order.push(scalar);
        stack.pop();
      }
    }
    return order;
  }
}

export const constant = (value: number): Scalar => new Scalar(value);
export const plus = (...terms: Scalar[]): Scalar =>
  new Scalar(
    terms.reduce((sum, { value }) => sum + value, 0),
    terms,
    terms.map(() => 1),
  );
export const minus = (a: Scalar, b: Scalar): Scalar => new Scalar(a.value - b.value, [a, b], [1, -1]);
export const times = (a: Scalar, b: Scalar): Scalar => new Scalar(a.value * b.value, [a, b], [b.value, a.value]);
export const apply = (f: (x: number) => number, slope: (x: number) => number, x: Scalar): Scalar =>
  new Scalar(f(x.value), [x], [slope(x.value)]);
export const tanh = (x: Scalar): Scalar => apply(Math.tanh, (a) => 1 / Math.cosh(a) ** 2, x);
export const sigmoid = (x: Scalar): Scalar => {
  const f = (a: number) => 1 / (1 + Math.exp(-a));
  return apply(f, (a) => f(a) * f(-a), x);
};
export const reciprocalRoot = (x: Scalar): Scalar =>
  apply(
    (v) => 1 / Math.sqrt(v),
    (v) => -0.5 * v ** -1.5,
    x,
  );
/** A copy of a scalar. Its gradient is the part that comes through the copy. */
export const alias = (x: Scalar): Scalar => new Scalar(x.value, [x], [1]);

/** Sets `gradient` of every scalar that `loss` depends on. */
export function backward(loss: Scalar): void {
  const order = loss.ancestors();
  for (const scalar of order) scalar.gradient = 0;
  loss.gradient = 1;
  for (let i = order.length - 1; i >= 0; i--) order[i].give();
}

/** ∂y/∂x: nothing older than x depends on it. */
export function partial(y: Scalar, x: Scalar): number {
  const derivatives = new Map([[x, 1]]);
  for (const scalar of y.ancestors(x)) {
    derivatives.set(
      scalar,
      scalar.follow((parent) => derivatives.get(parent) ?? 0),
    );
  }
  return derivatives.get(y) as number;
}
