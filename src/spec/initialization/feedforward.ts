import type { Random } from "../../base/random.ts";
import type { FeedforwardSpec } from "../feedforward.ts";
import type { ParameterShape } from "../parameters.ts";
import { autoGain } from "./gain.ts";
import { normalVector, uniformVector } from "./draws.ts";
import { drawWeight, WEIGHT_INITIALISATIONS } from "./weights.ts";

/**
 * The weight [H, in] of hidden layer l, its law's gain multiplied by `scale`.
 *
 * The gain is `sigmaW` (the mean-field name of the gaussian law's gain) if the spec sets it, otherwise `gain`, where
 * "auto" is the gain of the activation.
 */
export function* hiddenWeight(
  spec: FeedforwardSpec,
  { fanIn, fanOut }: ParameterShape,
  scale: number,
  rng: Random,
): Generator<void, Float32Array> {
  if (scale === 0) return new Float32Array(fanOut * fanIn);
  const { weight: law, gain, sigmaW } = spec.init;
  const own = sigmaW ?? (gain === "auto" ? autoGain(spec.activation, law) : gain);
  const shape = { rows: fanOut, columns: fanIn, pytorchFan: fanIn };
  return yield* WEIGHT_INITIALISATIONS[law].drawInParts(shape, own * scale, rng);
}

/**
 * The bias [H] of hidden layer l: N(0, biasStd²); `sigmaB` is the mean-field name of biasStd. If both are missing, the
 * bias is U(±1/√fan_in) with a weight of init "pytorch", as in PyTorch, and zero with any other weight. `sigmaB: 0`
 * gives zeros also with "pytorch".
 *
 * @param stream begins the stream of its draws; zeros need none
 */
export function hiddenBias(
  spec: FeedforwardSpec,
  { fanIn, fanOut }: ParameterShape,
  stream: () => Random,
): Float32Array {
  const { weight: law, biasStd, sigmaB } = spec.init;
  const std = sigmaB ?? biasStd;
  if (std > 0) return normalVector(fanOut, std, stream());
  if (law === "pytorch" && sigmaB === undefined) return uniformVector(fanOut, 1 / Math.sqrt(fanIn), stream());
  return new Float32Array(fanOut);
}

/**
 * Weight norm's pair for a weight W [H, in]: v = W and g = scale ‖v‖, [H, 1], so that g v/‖v‖ = scale · W (Salimans and
 * Kingma 2016, equation 2). A row of zeros has no direction, so its g is zero and all its v are 1/√in, of norm 1.
 */
export function weightNormPair(
  weight: Float32Array,
  rows: number,
  scale: number,
): { g: Float32Array; v: Float32Array } {
  const columns = weight.length / rows;
  const g = new Float32Array(rows);
  const v = weight;
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let j = i * columns; j < (i + 1) * columns; j++) squares += v[j]! * v[j]!;
    g[i] = scale * Math.sqrt(squares);
    if (squares === 0) v.fill(1 / Math.sqrt(columns), i * columns, (i + 1) * columns);
  }
  return { g, v };
}

/**
 * The weight [H, H] (xavier_normal) and bias [H] of a highway block's gate. The bias is −1, so blocks at first carry
 * (Srivastava et al. 2015, section 2.2).
 */
export function highwayGateValue({ role, fanIn, fanOut }: ParameterShape, rng: Random): Float32Array {
  if (role === "bias") return new Float32Array(fanOut).fill(-1);
  const shape = { rows: fanOut, columns: fanIn, pytorchFan: fanIn };
  return drawWeight("xavier_normal", shape, 1, rng);
}
