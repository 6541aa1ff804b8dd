import { atLeast, variance, whole } from "./checks.ts";
import { type AnyActivation, meanSquare, resolve, slopeSquare } from "./moments.ts";
import type { Trajectory } from "./trajectory.ts";

/** A residual network of pre-activation blocks h ← h + α W φ(h) + α b; the first h is Gaussian of variance q₀. */
export interface ResidualNet {
  readonly sigmaW2: number;
  readonly sigmaB2: number;
  readonly q0: number;
  readonly blocks: number;
  /** α: 1, 1/√L for a scaled branch, 0 for SkipInit and ReZero at their start. */
  readonly branchScale?: number;
}

/**
 * Block by block (Yang and Schoenholz 2017; Hayou et al. 2021 for α = 1/√L):
 *
 *     q ← q + α² (σ_w² E[φ(√q z)²] + σ_b²),     ‖δ‖² × (1 + α² σ_w² E[φ'(√q z)²]),
 *
 * because W has mean zero, so the squares of skip path and branch add up. ReLU with He's σ_w² = 2 doubles ‖δ‖² at each
 * block; with α = 1/√L the product tends to e. With tanh it grows as exp(√L). At α = 0 the gradient is preserved
 * exactly. `chi1` holds the factors.
 *
 * @throws EvanesceError for a bad variance, scale or number of blocks
 */
export function residualTrajectory(phi: AnyActivation, net: ResidualNet): Trajectory {
  const known = resolve(phi);
  const { sigmaW2, sigmaB2, q0, blocks, branchScale = 1 } = net;
  variance("sigmaW2", sigmaW2);
  variance("sigmaB2", sigmaB2);
  variance("q0", q0);
  whole("blocks", blocks, 1);
  const share = atLeast("branchScale", branchScale, 0) ** 2;
  const q: number[] = [];
  const chi1: number[] = [];
  let now = q0;
  for (let block = 0; block < blocks; block++) {
    q.push(now);
    chi1.push(1 + share * sigmaW2 * slopeSquare(known, now));
    now += share * (sigmaW2 * meanSquare(known, now) + sigmaB2);
  }
  return { q, chi1, lnSquareGain: chi1.reduce((sum, factor) => sum + Math.log(factor), 0) };
}
