import { activationFacts, CELL_TABLE, isElmanCell } from "../catalogue/index.ts";
import type { RecurrentSpec } from "../spec/index.ts";
import { activation } from "./activations.ts";
import { whole } from "./checks.ts";
import { fixedPointResults } from "./fixed-point.ts";
import { retention } from "./forget-gate.ts";
import { decayPerStation, EMPTY, nothing, type Prediction, type PredictOptions } from "./prediction.ts";
import { lnPascanuBound } from "./random-recurrent.ts";
import { type RecurrentLaw, walkLattice } from "./elman-lattice.ts";
import { WEIGHT_LAWS } from "./weight-variance.ts";

const UNTIED = "The network uses one matrix at every step; theory assumes a new matrix at each (untied approximation).";

/**
 * With W fixed, the carry and the recurrent route interfere: paths of a unit through W at different steps add up with
 * their signs, and not as squares.
 */
const GATED =
  "In a gated cell, the carry and the recurrent weights interfere over time, and no theory here describes that. `carry` is the part that the gate keeps by its bias alone.";
const GATED_SOURCES = ["Hochreiter and Schmidhuber 1997", "Gers et al. 2000", "Tallec and Ollivier 2018"];

/** @throws EvanesceError for an option out of range */
export function predictRecurrent(spec: RecurrentSpec, options: PredictOptions): Prediction {
  const steps = whole("options.steps", options.steps ?? 100, 1);
  const { inputSquare = 1 } = options;
  if (spec.init.recurrent === "identity" && isLinear(spec) && spec.layers === 1) return identityChain(spec, steps);
  if (CELL_TABLE[spec.cell].gateTheory !== undefined)
    return { ...nothing(GATED), regime: "gated", carry: carryOf(spec), citations: GATED_SOURCES };
  if (spec.stem !== undefined) return nothing("No theory here describes the output of a stem of dense layers.");
  if (!isElmanCell(spec.cell)) return nothing(`No theory here describes the cell ${spec.cell}.`);
  const laws = recurrentLaws(spec, spec.embedding?.size ?? spec.inputs ?? options.inputs ?? spec.hidden);
  if (typeof laws === "string") return nothing(laws);
  if (laws.some(({ recurrent }) => recurrent === 0))
    return nothing("The recurrent weights are zero, so no gradient passes from step to step.");

  const notes = [`Theory assumes independent inputs at each step, with a mean square of ${inputSquare}.`, UNTIED];
  if (spec.inputs === undefined && options.inputs === undefined)
    notes.push("Theory assumes as many inputs as hidden units.");
  notes.push("The loss is at the last step. For tied weights, no law of finite width is known.");
  const top = laws.at(-1)!;
  const phi = activation(spec.cell);
  const moments = walkLattice(phi, laws, inputSquare, steps);
  if (moments === "long") {
    return nothing(
      `The length map of ${spec.layers} layers settles too slowly: its integrals would take more than a second.`,
    );
  }
  if (typeof moments === "number") {
    return nothing(
      `The states' variance grows beyond float64 at step ${moments}, so the forward pass explodes before the gradient can.`,
    );
  }
  const lnGradientNorm = moments.lnSquare.map((square) => square / 2);
  const single = spec.layers === 1;
  const sigmaMax = single ? largestSingularValueOf(spec, top) : null;
  const drive = top.input * inputSquare + top.bias;
  const fixed = single ? fixedPointResults(phi, top.recurrent, drive, Math.max(moments.q[0], 1e-9), options) : null;
  if (!single) notes.push("The fixed point of a stack is not computed. The profile adds the squares of all layers.");
  else
    notes.push(
      "sigmaB2 is the variance of the input and of the biases together, because both act as a bias (c* is for one input sequence).",
    );
  return {
    ...EMPTY,
    applies: true,
    sigmaW2: top.recurrent,
    sigmaB2: top.bias,
    ...fixed?.results,
    why: "Mean-field theory of a random recurrent network: the length map over time, with the input as a bias.",
    regime: "recurrent",
    q: moments.q,
    lnGradientNorm,
    perStation: decayPerStation(lnGradientNorm),
    lnBound: sigmaMax === null || sigmaMax === 0 ? null : linearProfile(lnPascanuBound(phi, sigmaMax, 1), steps),
    citations: ["Sompolinsky et al. 1988", "Chen, Pennington and Schoenholz 2018", "Pascanu et al. 2013"],
    notes: [...notes, ...(fixed?.notes ?? [])],
  };
}

/** The laws of the layers, bottom first; or the reason why there are none. */
function recurrentLaws({ hidden: H, layers, init }: RecurrentSpec, inputs: number): RecurrentLaw[] | string {
  const laws: RecurrentLaw[] = [];
  for (let l = 0; l < layers; l++) {
    const X = l === 0 ? inputs : H;
    const recurrent = WEIGHT_LAWS[init.recurrent].sigmaW2(H, H, H);
    const input = WEIGHT_LAWS[init.input].sigmaW2(X, H, H);
    if (recurrent === null) {
      return `Recurrent weights of init "${init.recurrent}" are not random with mean zero: mean-field theory does not apply.`;
    }
    if (input === null)
      return `Input weights of init "${init.input}" are not random with mean zero: mean-field theory does not apply.`;
    // With weights of init pytorch and no biasStd, biases are those of PyTorch, U(±1/√H).
    const own = (law: string) => (init.biasStd === 0 && law === "pytorch" ? 1 / (3 * H) : 0);
    laws.push({
      recurrent: recurrent * init.gain ** 2,
      input: input * init.inputGain ** 2,
      bias: init.biasStd ** 2 + own(init.input) + own(init.recurrent),
    });
  }
  return laws;
}

/** σ_max of W_hh as H → ∞: g for g times an orthogonal matrix, 2σ_hh for independent entries (Geman 1980). */
const largestSingularValueOf = (spec: RecurrentSpec, law: RecurrentLaw): number =>
  Math.sqrt(law.recurrent) * (WEIGHT_LAWS[spec.init.recurrent].orthogonal ? 1 : 2);

/** The gate that keeps the past, at its initial bias; with chrono initialization there is no single number. */
function carryOf({ cell, cellOptions, init }: RecurrentSpec): Prediction["carry"] {
  if (init.chrono !== undefined) return null;
  const bias = CELL_TABLE[cell].keeps?.isForgetGate ? init.forgetBias : 0;
  if (cellOptions.gateActivation !== "hardsigmoid") return retention(bias);
  const factor = activationFacts("hardsigmoid").value(bias);
  return { factor, lnPerStep: Math.log(factor), timeConstant: 1 / (1 - factor) };
}

/** An Elman cell whose φ is u itself. */
const isLinear = ({ cell }: RecurrentSpec): boolean => isElmanCell(cell) && activationFacts(cell).negativeSlope === 1;

/** `perStep` nats for every step back from the last step, which has 0. */
const linearProfile = (perStep: number, steps: number): Float64Array =>
  Float64Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 0 : (steps - 1 - t) * perStep));

/** h_t = g h_{t−1} + …: the factor is exactly g at each step, for every input. */
function identityChain({ init }: RecurrentSpec, steps: number): Prediction {
  const perStep = Math.log(Math.abs(init.gain));
  const lnGradientNorm = linearProfile(perStep, steps);
  return {
    ...EMPTY,
    applies: true,
    why: "A linear network with W_hh = g I multiplies the gradient by exactly g at each step.",
    regime: "recurrent",
    lnGradientNorm,
    perStation: decayPerStation(lnGradientNorm),
    band: { low: lnGradientNorm.slice(), high: lnGradientNorm.slice() },
    lnBound: lnGradientNorm.slice(),
    citations: ["Pascanu et al. 2013"],
  };
}
