import type { StationMeasurements } from "../diagnosis/presets/index.ts";
import type { NumberRows } from "./arrays.ts";
import type { MonitorActivation } from "./types.ts";

/** The output of a layer in numbers: those that presets use, and the share on the flat ends of φ. */
export interface ActivationNumbers extends StationMeasurements {
  readonly activation?: MonitorActivation["activation"];
  readonly saturated?: number;
}

/**
 * Limits of outputs beyond which φ' is below 1 % of its largest value, the pre-activation is beyond 5, and a float32 φ
 * equals its bound.
 */
const ENDS = {
  tanh: { flat: Math.tanh(2.99322), five: Math.tanh(5), bound: Math.fround(Math.tanh(9.4999)), middle: 0 },
  // of h − ½
  sigmoid: {
    flat: logistic(5.98645) - 0.5,
    five: logistic(5) - 0.5,
    bound: Math.fround(logistic(17)) - 0.5,
    middle: 0.5,
  },
} as const;

function logistic(a: number): number {
  return 1 / (1 + Math.exp(-a));
}

export function activationNumbers(
  name: string,
  { data, columns }: NumberRows,
  kind: MonitorActivation["activation"],
): ActivationNumbers {
  const n = data.length;
  let [mean, squares, nonPositive] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const away = data[i] - mean;
    mean += away / (i + 1);
    squares += away * (data[i] - mean);
    if (data[i] <= 0) nonPositive++;
  }
  const common = {
    name,
    std: Math.sqrt(squares / Math.max(n, 1)),
    ...(kind === undefined ? {} : { activation: kind }),
  };
  if (kind === "relu") {
    return {
      ...common,
      nonPositive: nonPositive / n,
      ...(columns === null ? {} : { deadUnits: deadUnits(data, columns) }),
    };
  }
  if (kind === undefined) return common;
  const { flat, five, bound, middle } = ENDS[kind];
  const beyond = (limit: number) => {
    let count = 0;
    for (let i = 0; i < n; i++) if (Math.abs(data[i] - middle) >= limit) count++;
    return count / n;
  };
  return { ...common, saturated: beyond(flat), beyond5: beyond(five), atBound: beyond(bound) };
}

/** Share of the units (last axis) that are not above 0 in any row. */
function deadUnits(data: ArrayLike<number>, columns: number): number {
  const alive = new Uint8Array(columns);
  for (let i = 0; i < data.length; i++) if (data[i] > 0) alive[i % columns] = 1;
  return 1 - alive.reduce((sum, one) => sum + one, 0) / columns;
}
