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

const UNTIED = "The weights are one matrix used at every step; the theory draws them anew (untied approximation).";

/**
 * With W fixed, the carry and the hidden route interfere: a unit's paths through W at different steps add coherently.
 */
const GATED =
  "A gated cell's carry and its recurrent weights interfere over time, which no theory here describes; `carry` is what the gate keeps at its bias alone.";
const GATED_SOURCES = ["Hochreiter and Schmidhuber 1997", "Gers et al. 2000", "Tallec and Ollivier 2018"];

/** @throws EvanesceError for an option out of range */
export function predictRecurrent(spec: RecurrentSpec, options: PredictOptions): Prediction {
  const steps = whole("options.steps", options.steps ?? 100, 1);
  const { inputSquare = 1 } = options;
  if (spec.layerwise !== undefined) return nothing("No theory here describes a stack whose layers differ.");
  if (spec.init.recurrent === "identity" && isLinear(spec) && spec.layers === 1) return identityChain(spec, steps);
  if (CELL_TABLE[spec.cell].gateTheory !== undefined)
    return { ...nothing(GATED), regime: "gated", carry: carryOf(spec), citations: GATED_SOURCES };
  if (spec.stem !== undefined) return nothing("No theory here describes what a stem of dense layers hands on.");
  if (!isElmanCell(spec.cell)) return nothing(`No theory here describes the cell ${spec.cell}.`);
  const laws = recurrentLaws(spec, spec.embedding?.size ?? spec.inputs ?? options.inputs ?? spec.hidden);
  if (typeof laws === "string") return nothing(laws);
  if (laws.some(({ recurrent }) => recurrent === 0))
    return nothing("The recurrent weights are zero: no gradient passes from step to step.");

  const notes = [`Inputs are taken to be fresh each step, with mean square ${inputSquare} a coordinate.`, UNTIED];
  if (spec.inputs === undefined && options.inputs === undefined)
    notes.push("Inputs are taken to be as many as hidden units.");
  notes.push("The loss is the last step's; no finite-width law is known for tied weights.");
  const top = laws.at(-1)!;
  const phi = activation(spec.cell);
  const moments = walkLattice(phi, laws, inputSquare, steps);
  if (typeof moments === "number") {
    return nothing(
      `The states' variance grows beyond float64 at step ${moments}: the forward pass explodes before its gradient can.`,
    );
  }
  const lnGradientNorm = moments.lnSquare.map((square) => square / 2);
  const single = spec.layers === 1;
  const sigmaMax = single ? largestSingularValueOf(spec, top) : null;
  const drive = top.input * inputSquare + top.bias;
  const fixed = single
    ? fixedPointResults(phi, top.recurrent, drive, Math.max(moments.q[0], 1e-9), options.critical ?? true)
    : null;
  if (!single) notes.push("A stack's fixed point is not computed; the profile adds all layers in square.");
  else
    notes.push(
      "sigmaB2 is the input's variance and the biases' together: both act as a bias (c* is for one input sequence).",
    );
  return {
    ...EMPTY,
    applies: true,
    sigmaW2: top.recurrent,
    sigmaB2: top.bias,
    ...fixed?.results,
    why: "Mean-field theory of a random recurrent net: the length map over time, with the input as a bias.",
    regime: "recurrent",
    q: moments.q,
    lnGradientNorm,
    perStation: decayPerStation(lnGradientNorm),
    lnBound: sigmaMax === null || sigmaMax === 0 ? null : linearProfile(lnPascanuBound(phi, sigmaMax, 1), steps),
    citations: ["Sompolinsky et al. 1988", "Chen, Pennington and Schoenholz 2018", "Pascanu et al. 2013"],
    notes: [...notes, ...(fixed?.notes ?? [])],
  };
}

/** Laws of the layers, bottom first; or why there are none. */
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
    // Beside weights of init pytorch and no biasStd, biases are PyTorch's own, U(±1/√H).
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

/** The gate that holds the past at its first bias; no single number under chrono initialization. */
function carryOf({ cell, init }: RecurrentSpec): Prediction["carry"] {
  if (init.chrono !== undefined) return null;
  return retention(CELL_TABLE[cell].keeps?.isForgetGate ? init.forgetBias : 0);
}

/** An Elman cell whose φ is u itself. */
const isLinear = ({ cell }: RecurrentSpec): boolean => isElmanCell(cell) && activationFacts(cell).negativeSlope === 1;

/** `perStep` nats for every step back from the last, whose value is 0. */
const linearProfile = (perStep: number, steps: number): Float64Array =>
  Float64Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 0 : (steps - 1 - t) * perStep));

/** h_t = g h_{t−1} + …: exactly g a step, whatever the input. */
function identityChain({ init }: RecurrentSpec, steps: number): Prediction {
  const perStep = Math.log(Math.abs(init.gain));
  const lnGradientNorm = linearProfile(perStep, steps);
  return {
    ...EMPTY,
    applies: true,
    why: "A linear net with W_hh = g I multiplies the gradient by g a step, exactly.",
    regime: "recurrent",
    lnGradientNorm,
    perStation: decayPerStation(lnGradientNorm),
    band: { low: lnGradientNorm.slice(), high: lnGradientNorm.slice() },
    lnBound: lnGradientNorm.slice(),
    citations: ["Pascanu et al. 2013"],
  };
}
