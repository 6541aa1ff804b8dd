/**
 * Every optimizer of the library, written naively: one number at a time, in float64, from the equations of the papers
 * and of PyTorch. A tensor is one
 * array; `options` are complete.
 */
export interface OptimizerOracle {
  /** θ, changed by every step. */
  readonly theta: Float64Array;
  step(gradient: ArrayLike<number>): void;
}

type Options = Readonly<Record<string, number | boolean>>;
type Rule = (o: Record<string, number>, n: number) => (theta: Float64Array, g: number[], t: number) => void;

/** One array of state, a number an entry. */
const zeros = (n: number, value = 0) => new Array<number>(n).fill(value);

const withMomentum =
  (nesterov: boolean): Rule =>
  ({ learningRate, weightDecay, momentum, dampening = 0 }, n) => {
    const b = zeros(n);
    return (theta, g, t) =>
      g.forEach((gradient, i) => {
        const d = gradient + weightDecay * theta[i];
        b[i] = t === 1 ? d : momentum * b[i] + (1 - dampening) * d;
        theta[i] -= learningRate * (nesterov ? d + momentum * b[i] : b[i]);
      });
  };

/** m and v of the Adam family, and the step that follows from them. */
const adaptive =
  (
    move: (o: Record<string, number>, t: number, m: number, v: number, g: number, i: number) => number,
    decoupled = false,
  ): Rule =>
  (o, n) => {
    const [m, v] = [zeros(n), zeros(n)];
    return (theta, g, t) =>
      g.forEach((gradient, i) => {
        if (decoupled) theta[i] *= 1 - o.learningRate * o.weightDecay;
        const d = decoupled ? gradient : gradient + o.weightDecay * theta[i];
        m[i] = o.beta1 * m[i] + (1 - o.beta1) * d;
        v[i] = o.beta2 * v[i] + (1 - o.beta2) * d ** 2;
        theta[i] -= move(o, t, m[i], v[i], d, i);
      });
  };

const adam = ({ learningRate, beta1, beta2, epsilon }: Record<string, number>, t: number, m: number, v: number) =>
  (learningRate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);

const RULES: Readonly<Record<string, Rule>> = {
  sgd: ({ learningRate, weightDecay }) => {
    return (theta, g) =>
      g.forEach((gradient, i) => {
        theta[i] -= learningRate * (gradient + weightDecay * theta[i]);
      });
  },
  momentum: withMomentum(false),
  nesterov: withMomentum(true),
  adagrad: ({ learningRate, weightDecay, learningRateDecay, initialAccumulator, epsilon }, n) => {
    const sum = zeros(n, initialAccumulator);
    return (theta, g, t) =>
      g.forEach((gradient, i) => {
        const d = gradient + weightDecay * theta[i];
        sum[i] += d ** 2;
        theta[i] -= ((learningRate / (1 + (t - 1) * learningRateDecay)) * d) / (Math.sqrt(sum[i]) + epsilon);
      });
  },
  rmsprop: ({ learningRate, weightDecay, alpha, epsilon, momentum, centered }, n) => {
    const [v, a, b] = [zeros(n), zeros(n), zeros(n)];
    return (theta, g) =>
      g.forEach((gradient, i) => {
        const d = gradient + weightDecay * theta[i];
        v[i] = alpha * v[i] + (1 - alpha) * d ** 2;
        a[i] = alpha * a[i] + (1 - alpha) * d;
        b[i] = momentum * b[i] + d / (Math.sqrt(v[i] - (centered ? a[i] ** 2 : 0)) + epsilon);
        theta[i] -= learningRate * b[i];
      });
  },
  adadelta: ({ learningRate, weightDecay, rho, epsilon }, n) => {
    const [v, u] = [zeros(n), zeros(n)];
    return (theta, g) =>
      g.forEach((gradient, i) => {
        const d = gradient + weightDecay * theta[i];
        v[i] = rho * v[i] + (1 - rho) * d ** 2;
        const delta = (Math.sqrt(u[i] + epsilon) / Math.sqrt(v[i] + epsilon)) * d;
        u[i] = rho * u[i] + (1 - rho) * delta ** 2;
        theta[i] -= learningRate * delta;
      });
  },
  adam: adaptive(adam),
  adamw: adaptive(adam, true),
  amsgrad: (o, n) => {
    const most = zeros(n);
    return adaptive((options, t, m, v, _, i) => {
      most[i] = Math.max(most[i], v);
      return adam(options, t, m, most[i]);
    })(o, n);
  },
  nadam: (o, n) => {
    const mu = (t: number) => o.beta1 * (1 - 0.5 * 0.96 ** (t * o.momentumDecay));
    const product = (t: number) => Array.from({ length: t }, (_, k) => mu(k + 1)).reduce((p, value) => p * value, 1);
    return adaptive(({ learningRate, beta2, epsilon }, t, m, v, g) => {
      const d = Math.sqrt(v / (1 - beta2 ** t)) + epsilon;
      return learningRate * (((1 - mu(t)) * g) / (1 - product(t)) + (mu(t + 1) * m) / (1 - product(t + 1))) * (1 / d);
    })(o, n);
  },
  radam: adaptive(({ learningRate, beta1, beta2, epsilon }, t, m, v) => {
    const most = 2 / (1 - beta2) - 1;
    const rho = most - (2 * t * beta2 ** t) / (1 - beta2 ** t);
    const average = m / (1 - beta1 ** t);
    if (rho <= 5) return learningRate * average;
    const r = Math.sqrt(((rho - 4) * (rho - 2) * most) / ((most - 4) * (most - 2) * rho));
    return (learningRate * average * r * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(v) + epsilon);
  }),
  lion: ({ learningRate, weightDecay, beta1, beta2 }, n) => {
    const m = zeros(n);
    return (theta, g) =>
      g.forEach((gradient, i) => {
        const c = beta1 * m[i] + (1 - beta1) * gradient;
        theta[i] -= learningRate * (Math.sign(c) + weightDecay * theta[i]);
        m[i] = beta2 * m[i] + (1 - beta2) * gradient;
      });
  },
  lamb: ({ learningRate, weightDecay, beta1, beta2, epsilon }, n) => {
    const [m, v] = [zeros(n), zeros(n)];
    return (theta, g, t) => {
      const u = g.map((gradient, i) => {
        m[i] = beta1 * m[i] + (1 - beta1) * gradient;
        v[i] = beta2 * v[i] + (1 - beta2) * gradient ** 2;
        return m[i] / (1 - beta1 ** t) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon) + weightDecay * theta[i];
      });
      const [own, size] = [Math.hypot(...theta), Math.hypot(...u)];
      const ratio = own > 0 && size > 0 ? own / size : 1;
      u.forEach((step, i) => {
        theta[i] -= learningRate * ratio * step;
      });
    };
  },
};

export function optimizerOracle(name: string, options: Options, start: ArrayLike<number>): OptimizerOracle {
  const theta = Float64Array.from(start);
  const numbers = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, Number(value)]));
  const step = RULES[name](numbers, theta.length);
  let t = 0;
  return { theta, step: (gradient) => step(theta, Array.from(gradient), ++t) };
}
