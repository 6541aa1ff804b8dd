/** The timed shapes as data: B batch · X inputs · H hidden · T steps; m, n, k of a matrix product. */

/** Squares, then the products of a recurrent step (H × H by H × B), then of weight gradients (rows × inputs, T · B deep). */
export const PRODUCTS: readonly { readonly m: number; readonly n: number; readonly k: number }[] = [
  { m: 64, n: 64, k: 64 },
  { m: 128, n: 128, k: 128 },
  { m: 256, n: 256, k: 256 },
  { m: 512, n: 512, k: 512 },
  { m: 768, n: 768, k: 768 },
  { m: 128, n: 32, k: 128 },
  { m: 256, n: 32, k: 256 },
  { m: 128, n: 144, k: 512 },
];

export interface RecurrentShape {
  readonly cell: "tanh" | "lstm" | "gru";
  readonly B: number;
  readonly X: number;
  readonly H: number;
}

export const STEPS = 1000;

export const RECURRENT: readonly RecurrentShape[] = [
  { cell: "tanh", B: 1, X: 8, H: 32 },
  { cell: "tanh", B: 1, X: 16, H: 256 },
  { cell: "tanh", B: 32, X: 8, H: 32 },
  { cell: "tanh", B: 32, X: 16, H: 64 },
  { cell: "tanh", B: 32, X: 16, H: 128 },
  { cell: "tanh", B: 64, X: 16, H: 256 },
  { cell: "lstm", B: 32, X: 8, H: 32 },
  { cell: "lstm", B: 32, X: 16, H: 64 },
  { cell: "lstm", B: 32, X: 16, H: 128 },
  { cell: "gru", B: 32, X: 8, H: 32 },
  { cell: "gru", B: 32, X: 16, H: 64 },
  { cell: "gru", B: 32, X: 16, H: 128 },
];

/** Deep tanh networks at B = 64. */
export const FEEDFORWARD: readonly { readonly B: number; readonly width: number; readonly depth: number }[] = [
  { B: 64, width: 64, depth: 100 },
  { B: 64, width: 256, depth: 50 },
  { B: 64, width: 256, depth: 100 },
];

/** Number of gates of a cell: the number of products with W_ih and W_hh in a step. */
const GATES = { tanh: 1, lstm: 4, gru: 3 } as const;

/** Flop of a pass: three products with W_hh and two with W_ih, as nobody asks for the gradient of the inputs. */
export const recurrentFlop = ({ cell, B, X, H }: RecurrentShape): number =>
  2 * GATES[cell] * STEPS * B * (3 * H * H + 2 * H * X);

export const feedforwardFlop = ({ B, width, depth }: (typeof FEEDFORWARD)[number]): number =>
  2 * B * width * width * (3 * depth - 1);

/** Number of steps whose weight gradients are added up at once. */
const BLOCK = 16;

/**
 * Bytes of weights and of their gradients that a step reads and writes for each panel of eight samples: both W forward, W_hh on the way back, the
 * sums of both once in a block. What a batch of one is bound by.
 */
export const recurrentBytes = ({ cell, B, X, H }: RecurrentShape): number => {
  const whole = 4 * GATES[cell] * (X + H) * H;
  return Math.ceil(B / 8) * (whole + 4 * GATES[cell] * H * H + (2 * whole) / BLOCK);
};

/** Bytes of a deep pass: each weight is read forward and back, and its gradient written. */
export const feedforwardBytes = ({ width, depth }: (typeof FEEDFORWARD)[number]): number => 12 * width * width * depth;

export const productName = ({ m, n, k }: (typeof PRODUCTS)[number]): string => `${m} × ${k} · ${k} × ${n}`;
export const recurrentName = ({ B, X, H }: RecurrentShape, steps = STEPS): string =>
  `B ${B} · X ${X} · H ${H} · T ${steps}`;
export const feedforwardName = ({ B, width, depth }: (typeof FEEDFORWARD)[number]): string =>
  `B ${B} · width ${width} · depth ${depth}`;
