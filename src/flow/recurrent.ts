import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { StreamName } from "../wasm/recurrent/geometry.ts";
import { measuredOf } from "../wasm/recurrent/stream-plan.ts";
import { fitDecay } from "./decay.ts";
import { type Route, splitGainsInParts } from "./ledger.ts";
import { lnFrobenius, lnNorm, lnTogether } from "./log-norm.ts";
import { type Counts, readNorms, readProfiles, type StreamView } from "./profiles.ts";
import { readQuantiles } from "./quantiles.ts";
import type { EntranceFlow, LayerFlow, Ledger, Quantiles, Transport } from "./types/index.ts";

/** The gradient of one stream of a finished recurrent pass: the profile of all layers, and of each. */
export interface StreamFlow extends Transport {
  readonly layers: readonly LayerFlow[];
}

/** Reads one stream of a pass: its profile over steps, layer by layer and together. Pauses every few milliseconds. */
export function* readStream(
  pass: RecurrentPass,
  name: StreamName,
  wantQuantiles: boolean,
): Generator<void, StreamFlow> {
  const { T, B, L, lossEvery, pooling, options, layers: planned } = pass.geometry;
  const N = planned.length;
  const { having } = pass.order;
  const view = () => pass.stream(name);
  const { profiles, together } = yield* readProfiles(pass, view);
  const layers: LayerFlow[] = [];
  for (const [n, layer] of planned.entries()) {
    const { level, reverse, suffix, dilation, cell, H } = layer;
    const own = profiles[n];
    const ofCell = cell.direct === "cell" ? yield* readNorms(pass, view, "cell", n) : undefined;
    const flow = { suffix, lnGradientNorm: own, ...(ofCell === undefined ? {} : { lnCellGradientNorm: ofCell }) };
    const gates =
      pass.gates === undefined || cell.forgetAt === undefined
        ? {}
        : { gates: readGates(pass.gates.subarray(n * T, (n + 1) * T), having, H) };
    if (!options.ledger) {
      layers.push({ ...flow, ...gates });
      continue;
    }
    const parts: Record<string, Float64Array> = {};
    for (const part of measuredOf(layer, options)) {
      if (part === "total" || part === "cell") continue;
      const leaves = part === "gate" || part === "normed" || part === "updated"; // measured at the beginning of the interval, not at its end
      parts[part] = yield* readNorms(pass, view, part, n, leaves ? remaining(pass, n) : undefined);
    }
    if (having[0] < B) {
      parts.ended = yield* readNorms(pass, view, ofCell === undefined ? "total" : "cell", n, remaining(pass, n));
    }
    const everywhere = level < L - 1 || ((lossEvery || pooling !== "last") && name === "loss");
    // with a single route the sum is δ itself, whose norm was not measured separately
    if (cell.direct === "none" && !everywhere && parts.skipped === undefined && parts.kept === undefined) {
      parts.carried = own;
    }
    if (!everywhere) for (const part of ["injected", "injectedOpen"]) delete parts[part];
    if (level === L - 1) delete parts.aboveWhole;
    const ledger = yield* layerLedger(ofCell ?? own, parts, level === L - 1, reverse, dilation);
    layers.push({ ...flow, ledger, ...gates });
  }
  return {
    lnGradientNorm: together,
    decay: fitDecay(together),
    ...(wantQuantiles ? { quantiles: yield* readQuantiles(view, N, T, B, having) } : {}),
    ...(wantQuantiles && planned.every(({ cell }) => cell.direct === "cell")
      ? { stateQuantiles: yield* readStateQuantiles(view, N, T, B, having) }
      : {}),
    ...(options.ledger ? { ledgers: layers.map(({ ledger }) => ledger as Ledger) } : {}),
    ...(planned.every(({ cell }) => cell.direct === "cell")
      ? { lnCellGradientNorms: layers.map(({ lnCellGradientNorm }) => lnCellGradientNorm as Float64Array) }
      : {}),
    layers,
  };
}

/** Quantiles of ‖(∂L/∂h, ∂L/∂c)‖: both squares of a sample are in one frame. */
function* readStateQuantiles(
  view: StreamView,
  N: number,
  T: number,
  B: number,
  having: Int32Array,
): Generator<void, Quantiles> {
  const { total, cell } = view();
  const state = Float64Array.from(total, (square, i) => square + (cell as Float64Array)[i]);
  return yield* readQuantiles(() => ({ total: state, exponents: view().exponents }), N, T, B, having);
}

/**
 * The ledger of one layer, of δ_t, or of ∂L/∂c_t where the layer has a cell state.
 *
 *     Elman                δ_{t+1} → φ' ⊙ δ_{t+1} (`gate`) → [adjoint of a layer norm (`norm`) →] W_hhᵀ … (`weights`)
 *     direct route to h    W_hhᵀ ∂a_{t+1} (`hidden`, or `gate` and `weights` in series) beside z ⊙ δ_{t+1} (`carry`)
 *     direct route to c    q_t ⊙ W_hhᵀ ∂a_{t+1} (`hidden`) beside f ⊙ γ_{t+1} (`carry`)
 *     a skip over time     α δ_{t+s}, at c q_t ⊙ α δ_{t+s} (`skip`)
 * dropout m ⊙ the gradient by W_hhᵀ or from the level above (`dropout`, after `hidden`, `weights`, `above`)
 * zoneout 1 − m on the routes through the cell, and m ⊙ δ_{t+1} beside them (`zoneout`)
 *
 * Where sequences have different lengths, every interval begins with `ended`: the samples that begin at the later step
 * leave the mean. At step t the gradient of the loss (`injected`) or of the level above (`above`) is added. The gate of
 * step t + 1 belongs to the interval that ends at t. In reverse the later step is t − 1: interval t leads from t to t +
 * 1. In a layer dilated by s the later step is t + s: its steps are s chains side by side, and its ledger has T − s
 * entries.
 */
function* layerLedger(
  profile: Float64Array,
  parts: Readonly<Record<string, Float64Array>>,
  top: boolean,
  reverse: boolean,
  dilation: number,
): Generator<void, Ledger> {
  const chains: Ledger[] = [];
  for (let first = 0; first < dilation; first++) {
    const chain = (norms: Float64Array) => {
      const ordered = reverse ? norms.slice().reverse() : norms;
      return dilation === 1 ? ordered : ordered.filter((_, k) => k % dilation === first);
    };
    /** A route by its operations in order, of those the pass measured; `leaving` ones where the interval begins. */
    const route = (
      ...operations: (readonly [name: string, norms: Float64Array | undefined, leaving?: boolean])[]
    ): Route => {
      const measured = operations.filter(([, norms]) => norms !== undefined);
      return {
        names: measured.map(([name]) => name),
        lnNorms: measured.map(([, norms, leaving]) => chain(norms as Float64Array).subarray(leaving ? 1 : 0)),
      };
    };
    const { carried, carriedWhole, carriedOpen, direct, directOpen, injected, injectedOpen, aboveWhole } = parts;
    const through = ["zoneout", parts.updated, true] as const;
    // where a mask follows an operation, the operation's norm is the one before the mask
    const routes = [
      route(
        through,
        ["gate", parts.gate, true],
        ["norm", parts.normed, true],
        [parts.gate === undefined ? "hidden" : "weights", carriedWhole ?? carriedOpen ?? carried],
        ["dropout", carriedWhole && carried],
        ["zoneout", carriedOpen && carried],
      ),
    ];
    if (direct !== undefined) {
      routes.push(route(through, ["carry", directOpen ?? direct], ["zoneout", directOpen && direct]));
    }
    if (parts.kept !== undefined) routes.push(route(["zoneout", parts.kept]));
    if (parts.skipped !== undefined) routes.push(route(["skip", parts.skipped]));
    if (injected !== undefined) {
      routes.push(
        route(
          [top ? "injected" : "above", aboveWhole ?? injectedOpen ?? injected],
          ["dropout", aboveWhole && (injectedOpen ?? injected)],
          ["zoneout", injectedOpen && injected],
        ),
      );
    }
    const prefix: Route =
      parts.ended === undefined
        ? { names: [], lnNorms: [] }
        : { names: ["ended"], lnNorms: [chain(parts.ended).subarray(1)] };
    chains.push(yield* splitGainsInParts(chain(profile), prefix, routes));
  }
  const interleaved = (of: (ledger: Ledger) => Float64Array) => {
    const values =
      dilation === 1
        ? of(chains[0])
        : Float64Array.from(
            { length: Math.max(profile.length - dilation, 0) },
            (_, k) => of(chains[k % dilation])[Math.floor(k / dilation)],
          );
    return reverse ? values.reverse() : values;
  };
  const names = Object.keys(chains[0].factors);
  return {
    factors: Object.fromEntries(names.map((name) => [name, interleaved(({ factors }) => factors[name])])),
    total: interleaved(({ total }) => total),
  };
}

/**
 * Samples that go from step t on to the next station of layer n, back from the loss: samples that begin at t do not. In
 * a reversed direction the next station is a later step, which more samples may have.
 */
function remaining(pass: RecurrentPass, n: number): Counts {
  const { T, layers } = pass.geometry;
  const { having } = pass.order;
  const { reverse, dilation } = layers[n];
  const over = having.map((here, t) => {
    const next = reverse ? t + dilation : t - dilation;
    return next < 0 || next >= T ? here : having[next];
  });
  return { of: having.map((here, t) => Math.min(here, over[t])), over };
}

/** Means over samples and units of the gate on the direct route, and the time constant they imply. */
function readGates(sums: Float64Array, having: Int32Array, H: number): NonNullable<LayerFlow["gates"]> {
  const forget = sums.map((sum, t) => sum / (having[t] * H));
  return { forget, timeConstant: forget.map((f) => 1 / (1 - f)) };
}

/**
 * The gain of the gradient in the first layer's φ', over all steps, and the share of samples whose gradient is exactly
 * zero after it. Empty for cells whose ledger has no entry for φ'.
 *
 * @param lnNorms [T] ln ‖∂L/∂h_t‖ of that layer
 */
export function* readStepEntrance(
  pass: RecurrentPass,
  lnNorms: Float64Array,
): Generator<void, Pick<EntranceFlow, "lnSlope" | "silent">> {
  const { T, B } = pass.geometry;
  const view = () => pass.stream("loss");
  const { layers, options } = pass.geometry;
  if (!measuredOf(layers[0], options).includes("gate")) return {};
  const behind = yield* readNorms(pass, view, "gate", 0);
  const { gate } = view();
  let silent = 0;
  for (let b = 0; b < B; b++) {
    let t = 0;
    while (t < T && (gate as Float64Array)[t * B + b] === 0) t++;
    if (t === T) silent++;
  }
  return { lnSlope: largestTogether(behind) - largestTogether(lnNorms), silent: silent / B };
}

/** ln of the norm of all numbers together; there may be too many for the arguments of a call. */
function largestTogether(lnNorms: Float64Array): number {
  const top = lnNorms.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(top)) return top;
  return top + 0.5 * Math.log(lnNorms.reduce((sum, one) => sum + Math.exp(2 * (one - top)), 0));
}

/** [N][T] ln ‖step t's own contribution to ∂L/∂W_hh‖_F. */
export function readContributions(pass: RecurrentPass): Float64Array[] {
  const { T, layers } = pass.geometry;
  const { squares, exponents } = pass.contributions;
  return layers.map((_, n) =>
    Float64Array.from({ length: T }, (_, t) =>
      lnNorm(squares[n * T + t], squares[n * T + t] === 0 ? 0 : exponents[n * T + t]),
    ),
  );
}

/** ln ‖∂L/∂h_T‖ − ln ‖∂L/∂y_T‖ of the top level's last step, both directions together. */
export function readReadoutGain(pass: RecurrentPass, stream: StreamFlow): number | null {
  const { T, B, D, loss, sizes, pooling } = pass.geometry;
  if (loss === "none" || sizes.outputs === null || pooling !== "last") return null;
  const { squares, exponents } = pass.outputs;
  return (
    lnTogether(stream.layers.slice(-D).map(({ lnGradientNorm }) => lnGradientNorm[T - 1])) -
    lnFrobenius(squares, exponents, 0, B)
  );
}
