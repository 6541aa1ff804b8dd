/** Faults of monitored runs, from the gradients that another program recorded. */
import { type MonitorStep, monitor } from "../../../src/monitor/index.ts";
import type { Instance, Said } from "./instance.ts";

type Tensor = readonly [name: string, norm: number];

/** Five updates with these gradients. */
function watched(tensors: readonly Tensor[], step: MonitorStep = {}, updates = 5): Said {
  const watch = monitor();
  for (let s = 0; s < updates; s++) {
    watch.record(
      tensors.map(([name, norm]) => ({ name, gradient: Float64Array.of(norm * 0.6, norm * 0.8) })),
      step,
    );
  }
  const { verdict, state, summary, advice, causes, layers } = watch.diagnose();
  return {
    verdict,
    parts: [`loss ${state}`],
    causes: causes.map(({ factor }) => factor),
    text: `${summary} ${causes.map(({ sentence }) => sentence).join(" ")} ${advice} ${layers.length} layers`,
  };
}

const shrinking = (count: number) => Array.from({ length: count }, (_, l) => 10 ** (l - count + 1));
const named = (norms: readonly number[], name: (l: number) => string): Tensor[] =>
  norms.map((norm, l) => [name(l), norm]);

export const RECORDS: readonly Instance[] = [
  {
    tried: "recorded in reverse",
    run: () => watched(named(shrinking(6), (l) => `layers.${l}.weight`).reverse()),
    right: { verdict: "exploding", says: /layers\.5 is before layers\.4 in the record; give the layers' names/ },
  },
  {
    tried: "recorded in reverse, by names without numbers",
    run: () => watched(named(shrinking(6), (l) => `${"abcdef"[l]}.weight`).reverse()),
    right: { verdict: "exploding", says: /looks like a reversed order/ },
  },
  {
    tried: "sorted by name",
    run: () => watched(named(shrinking(12), (l) => `layers.${l}.weight`).sort(([a], [b]) => (a < b ? -1 : 1))),
    right: { verdict: ["vanishing", "exploding"], says: /layers\.1\d is before layers\.2 in the record/ },
  },
  {
    tried: "no fault: recorded in order",
    run: () => watched(named([1, 1, 1, 1, 1, 1], (l) => `layers.${l}.weight`)),
    right: { verdict: "healthy", never: /order/ },
  },
  {
    tried: "an explosion of the signal that hides in ‖h‖ · ‖δ‖",
    run: () =>
      watched(
        shrinking(6).flatMap((norm, l): Tensor[] => [
          [`fc${l}.weight`, 1],
          [`fc${l}.bias`, norm],
        ]),
      ),
    right: { verdict: "vanishing" },
  },
  {
    tried: "saturation to a gradient of exactly zero",
    run: () =>
      watched(
        named([0, 0, 0.5, 1], (l) => `dense_${l}/kernel`),
        {
          activations: [
            { name: "dense_1", activation: "sigmoid", values: Array.from({ length: 4 }, () => Array(10).fill(1)) },
          ],
        },
      ),
    right: { verdict: "dead", causes: ["saturation"], never: /cut|frozen/ },
  },
  {
    tried: "a loss below zero that falls",
    run: () => {
      const watch = monitor();
      for (let s = 0; s < 40; s++)
        watch.record(
          [
            { name: "a", gradient: [1] },
            { name: "b", gradient: [1] },
          ],
          { loss: -1 - s },
        );
      const { verdict, state, summary } = watch.diagnose();
      return { verdict, parts: [`loss ${state}`], causes: [], text: summary };
    },
    right: { verdict: "healthy", parts: ["loss training"], never: /converged/ },
  },
  {
    tried: "names without a period",
    run: () =>
      watched([
        ["fc1_weight", 1],
        ["fc1_bias", 1],
        ["W2", 1],
        ["b2", 1],
        ["headKernel", 1],
        ["headBias", 1],
      ]),
    right: { verdict: "healthy", says: / 3 layers$/ },
  },
];
