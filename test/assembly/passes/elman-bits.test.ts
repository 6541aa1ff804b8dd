import { describe, expect, it } from "vitest";
import { widestGap } from "../../setup/numbers.ts";
import { type Case, draw, network, run } from "../../setup/recurrent.ts";
import { plain } from "./elman-check.ts";

describe("the same bits", () => {
  const testCase: Case = { ...plain, B: 17, T: 130 };
  const drawn = draw(testCase);
  const whole = run(testCase, drawn);

  /** Everything of `flow` that does not depend on what else was measured. */
  const core = ({ flow, gradients, lnNorms }: ReturnType<typeof run>) => ({
    gradients,
    lnNorms,
    loss: flow.loss,
    profile: flow.lnGradientNorm,
    layers: flow.layers.map(({ lnGradientNorm }) => lnGradientNorm),
    quantiles: flow.quantiles,
    readoutGain: flow.readoutGain,
  });

  it.each([
    { contributions: false }, // one panel in flight, not all
    { probe: false },
    { ledger: false },
    { lastStep: true },
    { contributions: false, probe: false, ledger: false },
  ])("with %o as without", (options) => {
    const other = run(testCase, drawn, options);
    expect(core(other)).toEqual(core(whole));
    if (options.contributions !== false) expect(other.flow.contributions).toEqual(whole.flow.contributions);
    if (options.probe !== false && options.ledger !== false) expect(other.flow.probe).toEqual(whole.flow.probe);
    expect("contributions" in other.flow, "contributions").toBe(options.contributions !== false);
    expect("probe" in other.flow, "probe").toBe(options.probe !== false);
    expect("ledger" in other.flow.layers[0], "ledger").toBe(options.ledger !== false);
  });

  it("without quantiles as with them", () => {
    const other = run(testCase, drawn, { quantiles: false });
    expect(core(other)).toEqual({ ...core(whole), quantiles: undefined });
  });

  it.each([{ contributions: true }, { contributions: false }])("in parts as in one call, %o", (options) => {
    const one = run(testCase, drawn, options);
    const made = network(testCase, drawn.parameters);
    const parts = made.propagateInParts(drawn.batch, options);
    let share = 0;
    let next = parts.next();
    while (!next.done) {
      expect(next.value).toBeGreaterThanOrEqual(share); // feeding and reading run no steps
      share = next.value;
      next = parts.next();
    }
    expect(share).toBe(1);
    expect(next.value).toEqual(one.flow);
    for (const name of made.gradients.names) expect(made.gradients.get(name)).toEqual(one.gradients[name]);
    made.dispose();
  });

  it.each([{ contributions: true }, { contributions: false }])(
    "with checkpoints as with every state stored, %o",
    (options) => {
      for (const T of [130, 300, 600]) {
        const long = { ...testCase, T };
        const data = draw(long);
        const stored = run(long, data, { ...options, lastStep: true });
        const recomputed = run(long, data, { ...options, lastStep: true }, { memoryLimit: stored.memoryBytes - 1 });
        expect(recomputed.memoryBytes).toBeLessThan(stored.memoryBytes);
        expect(recomputed.gradients).toEqual(stored.gradients);
        expect(recomputed.flow).toEqual(stored.flow);
      }
    },
  );

  it("a second pass over the same network as the first, other batches between or not", () => {
    const made = network(testCase, drawn.parameters);
    const first = made.propagate(drawn.batch);
    expect(made.propagate(drawn.batch)).toEqual(first);
    const wild = { ...drawn.batch, inputs: drawn.batch.inputs.map(() => Number.NaN) };
    made.propagate(wild);
    expect(made.propagate(drawn.batch)).toEqual(first);
    made.dispose();
  });

  it("a sample's gradient norm does not depend on its neighbors", () => {
    // the same eight samples alone, and as the first panel of a larger batch: δ scales with 1/B
    const eight: Case = { ...testCase, B: 8, loss: "none", lossAt: "last" };
    const sixteen: Case = { ...eight, B: 16 };
    const { parameters, batch } = draw(sixteen);
    const part = Float32Array.from(batch.inputs.filter((_, i) => Math.floor(i / testCase.X) % 16 < 8));
    const small = run(eight, { parameters, batch: { ...batch, batch: 8, inputs: part } }, { contributions: false });
    const doubled = new Float32Array(batch.inputs.length);
    doubled.forEach((_, i) => {
      const [t, b, x] = [Math.floor(i / (16 * testCase.X)), Math.floor(i / testCase.X) % 16, i % testCase.X];
      doubled[i] = part[(t * 8 + (b % 8)) * testCase.X + x];
    });
    const twice = run(sixteen, { parameters, batch: { ...batch, inputs: doubled } }, { contributions: false });
    expect(twice.gradients).toEqual(small.gradients);
    expect(twice.flow.loss).toBe(small.flow.loss);
    expect(
      widestGap(
        twice.flow.quantiles!.q50,
        small.flow.quantiles!.q50.map((value) => value - Math.LN2),
      ),
    ).toBeLessThan(1e-12);
  });
});
