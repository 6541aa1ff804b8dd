import { createNetwork, GRADIENTS_ONLY } from "../../network/create.ts";
import type { FeedforwardInput } from "../../spec/index.ts";
import { isHiddenWeight } from "../../spec/parameter-groups.ts";
import { resolveTask } from "../../tasks/index.ts";
import { predict } from "../../theory/index.ts";
import { above, below } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { line, mean, overSeeds } from "../intervals.ts";
import { pathOf, upTo } from "../lab.ts";

const setup = {
  network: { kind: "feedforward", depth: 60, width: 128, activation: "tanh" },
  sigmaB2: [0, 0.05, 0.2],
  /** Where the bisection of σ_w begins, and its halvings: 0.9/2⁷ is left, 0.7 %. */
  bracket: [0.8, 1.7],
  halvings: 7,
  /**
   * One bisection follows the mean decay of this many networks: that of a single network is off by chance, least with
   * orthogonal weights.
   */
  networks: 2,
  batch: 4,
  seeds: 5,
} as const;

export const boundary = defineClaim({
  id: "boundary-on-the-critical-line",
  topic: "boundary",
  sentence: "The boundary between vanishing and exploding, found by bisection, lies on the theoretical critical line.",
  criterion: setup.sigmaB2.flatMap((b) => [
    above(
      `σ_w², measured/theory − 1, at σ_b² ${b}`,
      -0.05,
      `at σ_b² ${b} the measured boundary lies at most 5 % below the critical line`,
    ),
    below(`σ_w², measured/theory − 1, at σ_b² ${b}`, 0.05, `at σ_b² ${b} it lies at most 5 % above it`),
  ]),
  reduced: setup,
  full: {
    network: { ...setup.network, depth: 200, width: 512 },
    sigmaB2: [0, 0.01, 0.05, 0.2],
    networks: 8,
    seeds: 20,
  },
  *run({ network, sigmaB2, bracket, halvings, networks, batch, seeds }, lab) {
    const numbers = [];
    const measured: number[] = [];
    const theory: number[] = [];
    for (const b of sigmaB2) {
      const spec = {
        ...network,
        inputs: network.width,
        init: { weight: "orthogonal" as const, biasStd: Math.sqrt(b) },
      };
      const critical = predict(spec).criticalSigmaW2!;
      const found: number[] = [];
      for (let i = 0; i < seeds; i++) {
        const ensemble = upTo(networks).map((j) =>
          ensembleMember(spec, batch, lab.seedOf(`σ_b² ${b}`, i * networks + j)),
        );
        let [low, high] = bracket as readonly number[];
        for (let halving = 0; halving < halvings; halving++) {
          const middle = (low + high) / 2;
          const decays: number[] = [];
          for (const member of ensemble) {
            decays.push(member.decayAt(middle));
            yield;
          }
          if (mean(decays) > 0) low = middle;
          else high = middle;
        }
        for (const member of ensemble) member.dispose();
        found.push(((low + high) / 2) ** 2);
      }
      numbers.push(
        overSeeds(
          `σ_w², measured/theory − 1, at σ_b² ${b}`,
          found.map((value) => value / critical - 1),
          "",
        ),
      );
      measured.push(mean(found));
      theory.push(critical);
    }
    return {
      numbers,
      figure: {
        x: { label: "σ_b²" },
        y: { label: "σ_w² between vanishing and exploding" },
        series: [
          { label: "critical line", x: sigmaB2, y: theory },
          { label: "bisected", x: sigmaB2, y: measured, as: "points" },
        ],
      },
    };
  },
});

/** One network that is drawn once and whose weights can be scaled again and again. */
function ensembleMember(spec: FeedforwardInput & { readonly inputs: number }, batch: number, seed: number) {
  const { inputs } = resolveTask({ name: "gaussian", inputs: spec.inputs }, { batch, seed, kind: "feedforward" });
  const network = createNetwork(spec, { seed, outputs: null });
  const names = network.training.table.filter(isHiddenWeight).map(({ name }) => name);
  const drawn = names.map((name) => network.parameters.get(name));
  return {
    decayAt(sigmaW: number): number {
      for (const [k, name] of names.entries()) {
        network.parameters.set(
          name,
          drawn[k].map((value) => sigmaW * value),
        );
      }
      return lateDecay(pathOf(network.propagate({ inputs }, PATH_ONLY)));
    },
    dispose: () => network.dispose(),
  };
}
const PATH_ONLY = { ...GRADIENTS_ONLY, probe: true };

/**
 * Nats a layer over the half next to the loss, where the signal's length has reached its fixed point; positive shrinks.
 */
function lateDecay(path: Float64Array): number {
  const late = path.subarray(path.length >> 1);
  return line(upTo(late.length), [...late]).slope;
}
