import type { FeedforwardSpec } from "../../../src/spec/index.ts";
import type { Passes, Values } from "./passes.ts";
import { activation, adjoint, affine, Signal } from "./vectors.ts";

/**
 * A deep network of equal widths in float64: h_0 = φ(N(W_0 x + b_0)), F_l(u) = φ(N(W_l u + b_l)), and
 * none h_l = F, identity h + F, scaled h + F/√(L − 1), highway g ⊙ F + (1 − g) ⊙ h with g = σ(W_g h + b_g). N is batch or layer
 * normalization (ε = 1e-5) before φ, or on the block's input ("pre"; the stem has none).
 */
export function deep(spec: FeedforwardSpec, values: Values, inputs: Float64Array, B: number): Passes {
  const { width: H, depth: L, residual, norm, normPosition } = spec;
  const known =
    typeof H === "number" &&
    ["none", "identity", "scaled", "highway"].includes(residual) &&
    ["none", "batch", "layer"].includes(norm) &&
    (norm === "none" || ["before", "pre"].includes(normPosition)) &&
    spec.activationPosition === "branch" &&
    spec.blockLayers === 1 &&
    spec.stochasticDepth === 0;
  if (!known) throw new Error("the float64 reference does not know this network");
  const phi = activation(spec.activation);
  const sigma = activation("sigmoid");
  const multiplier = residual === "scaled" ? 1 / Math.sqrt(Math.max(L - 1, 1)) : 1;
  const normal = (l: number, x: Float64Array) =>
    normalize(norm, x, values(`norms.${l}.weight`), values(`norms.${l}.bias`), B);
  const layers: { back(v: Float64Array): Float64Array }[] = [];
  const stations: Float64Array[] = [];

  for (let l = 0; l < L; l++) {
    const h = l === 0 ? inputs : stations[l - 1];
    const W = values(`layers.${l}.weight`);
    const before = norm !== "none" && normPosition === "pre" && l > 0 ? normal(l, h) : null;
    const a = affine(before?.output ?? h, W, values(`layers.${l}.bias`), H);
    const within = norm !== "none" && normPosition === "before" ? normal(l, a) : null;
    const z = within?.output ?? a;
    const slope = z.map(phi.derivative);
    const F = z.map(phi.value);
    const branch = (v: Float64Array) => {
      const gated = v.map((value, i) => value * slope[i]);
      const u = adjoint(within?.back(gated) ?? gated, W, H);
      return before?.back(u) ?? u;
    };
    if (residual === "none" || l === 0) {
      stations.push(F);
      layers.push({ back: branch });
    } else if (residual === "highway") {
      const G = values(`gates.${l - 1}.weight`);
      const ag = affine(h, G, values(`gates.${l - 1}.bias`), H);
      const g = ag.map(sigma.value);
      const slopes = ag.map(sigma.derivative);
      stations.push(F.map((value, i) => g[i] * value + (1 - g[i]) * h[i]));
      layers.push({
        back(v) {
          const through = branch(v.map((value, i) => value * g[i]));
          const gating = adjoint(
            v.map((value, i) => value * slopes[i] * (F[i] - h[i])),
            G,
            H,
          );
          return through.map((value, i) => value + gating[i] + (1 - g[i]) * v[i]);
        },
      });
    } else {
      stations.push(F.map((value, i) => h[i] + multiplier * value));
      layers.push({
        back(v) {
          const through = branch(v.map((value) => value * multiplier));
          return through.map((value, i) => value + v[i]);
        },
      });
    }
  }
  return {
    stations,
    back(cotangents) {
      const signal = new Signal(B, norm === "batch");
      const profile: Float64Array[] = new Array(L);
      let v: Float64Array = cotangents.slice();
      profile[L - 1] = signal.settle(v);
      for (let l = L - 1; l >= 1; l--) {
        v = layers[l].back(v);
        profile[l - 1] = signal.settle(v);
      }
      return profile;
    },
  };
}

/** y = γ x̂ + β, x̂ = (x − μ)/s over the batch or over a sample's units; ∂x = (w − mean w − x̂ mean(w x̂))/s, w = γ v. */
function normalize(kind: string, x: Float64Array, gamma: Float64Array, beta: Float64Array, B: number) {
  const H = x.length / B;
  const [groups, members, at] =
    kind === "batch" ? [H, B, (g: number, m: number) => m * H + g] : [B, H, (g: number, m: number) => g * H + m];
  const hat = new Float64Array(x.length);
  const deviation = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    let mean = 0;
    for (let m = 0; m < members; m++) mean += x[at(g, m)] / members;
    let variance = 0;
    for (let m = 0; m < members; m++) variance += (x[at(g, m)] - mean) ** 2 / members;
    deviation[g] = Math.sqrt(variance + 1e-5);
    for (let m = 0; m < members; m++) hat[at(g, m)] = (x[at(g, m)] - mean) / deviation[g];
  }
  return {
    output: hat.map((value, i) => gamma[i % H] * value + beta[i % H]),
    back(v: Float64Array): Float64Array {
      const w = v.map((value, i) => value * gamma[i % H]);
      const out = new Float64Array(v.length);
      for (let g = 0; g < groups; g++) {
        let level = 0;
        let slope = 0;
        for (let m = 0; m < members; m++) {
          level += w[at(g, m)] / members;
          slope += (w[at(g, m)] * hat[at(g, m)]) / members;
        }
        for (let m = 0; m < members; m++) {
          const i = at(g, m);
          out[i] = (w[i] - level - hat[i] * slope) / deviation[g];
        }
      }
      return out;
    },
  };
}
