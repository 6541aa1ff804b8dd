import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { StreamName } from "../wasm/recurrent/plan.ts";
import { fitDecay } from "./decay.ts";
import { splitGains } from "./ledger.ts";
import { lnFrobenius, lnNorm, lnTogether } from "./logNorm.ts";
import { quantiles } from "./quantiles.ts";
import type { GradientFlow, LayerFlow, Ledger, Transport } from "./types.ts";

/** What a finished recurrent pass says of one stream's gradient: the whole profile and each layer's. */
export interface StreamFlow extends Transport {
  readonly layers: readonly LayerFlow[];
}

/** Reads one stream of a pass: its profile over steps, layer by layer and together. */
export function readStream(pass: RecurrentPass, name: StreamName, wantQuantiles: boolean): StreamFlow {
  const { L, T, B } = pass.geometry;
  const stream = pass.stream(name);
  const perLayer = (squares: Float64Array): Float64Array[] =>
    Array.from({ length: L }, (_, l) =>
      Float64Array.from({ length: T }, (_, t) => lnFrobenius(squares, stream.exponents, (l * T + t) * B, B)),
    );

  const profiles = perLayer(stream.total as Float64Array);
  const together =
    L === 1
      ? profiles[0]
      : Float64Array.from({ length: T }, (_, t) => lnTogether(profiles.map((profile) => profile[t])));
  let ledgers: Ledger[] | undefined;
  if (stream.gate !== undefined) {
    const gates = perLayer(stream.gate);
    const carried = perLayer(stream.carried as Float64Array);
    const injected = perLayer(stream.injected as Float64Array);
    ledgers = profiles.map((profile, l) => {
      const everywhere = l < L - 1 || (pass.geometry.lossEvery && name === "loss");
      return elmanLedger(
        profile,
        gates[l],
        everywhere ? carried[l] : profile,
        everywhere ? injected[l] : undefined,
        l === L - 1,
      );
    });
  }
  return {
    lnGradientNorm: together,
    decay: fitDecay(together),
    ...(wantQuantiles ? { quantiles: quantiles(stream.total as Float64Array, stream.exponents, L, T, B) } : {}),
    ...(ledgers === undefined ? {} : { ledgers }),
    layers: profiles.map((lnGradientNorm, l) => ({
      lnGradientNorm,
      ...(ledgers === undefined ? {} : { ledger: ledgers[l] }),
    })),
  };
}

/**
 * δ_{t+1} → φ' ⊙ δ_{t+1} (`gate`) → W_hhᵀ … (`weights`), which at step t may meet what the loss (`injected`) or the layer above
 * (`above`) brings. The gate of step t + 1 belongs to the interval that ends at t.
 */
function elmanLedger(
  profile: Float64Array,
  gate: Float64Array,
  carried: Float64Array,
  injected: Float64Array | undefined,
  top: boolean,
): Ledger {
  const own = { names: ["gate", "weights"], lnNorms: [gate.subarray(1), carried] };
  const start = { names: [], lnNorms: [] };
  if (injected === undefined) return splitGains(profile, start, [own]);
  return splitGains(profile, start, [own, { names: [top ? "injected" : "above"], lnNorms: [injected] }]);
}

/** [L][T] ln ‖step t's own contribution to ∂L/∂W_hh‖_F. */
export function readContributions(pass: RecurrentPass): Float64Array[] {
  const { L, T } = pass.geometry;
  const { squares, exponents } = pass.contributions;
  return Array.from({ length: L }, (_, l) =>
    Float64Array.from({ length: T }, (_, t) =>
      lnNorm(squares[l * T + t], squares[l * T + t] === 0 ? 0 : exponents[l * T + t]),
    ),
  );
}

/** ln ‖∂L/∂h_T‖ − ln ‖∂L/∂y_T‖ of the top layer's last step. */
export function readReadoutGain(pass: RecurrentPass, stream: StreamFlow): number | null {
  const { T, B, loss, sizes } = pass.geometry;
  if (loss === "none" || sizes.outputs === null) return null;
  const outputs = lnFrobenius(pass.outputSquares, new Int32Array(T * B), (T - 1) * B, B);
  return stream.layers[stream.layers.length - 1].lnGradientNorm[T - 1] - outputs;
}

/**
 * The first station, going back from the loss, where a derivative that is never zero left nothing of a gradient that was there: a
 * single factor below float32's smallest number.
 */
export function findUnderflow(pass: RecurrentPass): GradientFlow["underflow"] {
  const { cell } = pass.geometry.spec;
  if (cell !== "tanh" && cell !== "sigmoid" && cell !== "softsign") return undefined; // the others' φ' has exact zeros
  const { L, T, B } = pass.geometry;
  const { total, gate } = pass.stream("loss");
  if (gate === undefined || total === undefined) return undefined;
  for (let t = T - 1; t >= 0; t--) {
    for (let l = L - 1; l >= 0; l--) {
      for (let i = (l * T + t) * B; i < (l * T + t + 1) * B; i++)
        if (total[i] > 0 && gate[i] === 0) return { station: t, layer: l };
    }
  }
  return undefined;
}
