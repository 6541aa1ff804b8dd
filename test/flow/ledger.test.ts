import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitGains } from "../../src/flow/ledger.ts";

const [DEAD, NAN] = [Number.NEGATIVE_INFINITY, Number.NaN];
const sumOf = (factors: Readonly<Record<string, Float64Array>>, s: number) =>
  Object.values(factors).reduce((sum, factor) => sum + factor[s], 0);

/** ln norms over the whole range a renormalized signal has, exact zeros among them. */
const level = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e5, max: 1e5, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(DEAD) },
);
const levels = (count: number) =>
  fc.array(level, { minLength: count, maxLength: count }).map((values) => Float64Array.from(values));

describe("splitGains", () => {
  it("entries add up to the total to 1e-12, whatever the chain, the routes and what died on the way", () => {
    const shape = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    );
    const drawn = shape.chain(([before, lengths]) =>
      fc.tuple(
        levels(6),
        fc.tuple(...Array.from({ length: before }, () => levels(5))),
        fc.tuple(...lengths.map((n) => fc.tuple(...Array.from({ length: n }, () => levels(5))))),
      ),
    );
    fc.assert(
      fc.property(drawn, ([profile, before, parts]) => {
        const prefix = { names: before.map((_, i) => `p${i}`), lnNorms: before };
        const routes = parts.map((lnNorms, r) => ({ names: lnNorms.map((_, i) => `r${r}.${i}`), lnNorms }));
        // an operation cannot make a gradient out of the zero that the one before it left
        for (let s = 0; s < 5; s++) {
          let from = profile[s + 1];
          const chain = (series: readonly Float64Array[]) => {
            for (const norms of series) {
              if (from === DEAD) norms[s] = DEAD;
              from = norms[s];
            }
          };
          chain(prefix.lnNorms);
          const parting = from;
          let end = DEAD;
          for (const { lnNorms } of routes) {
            from = parting;
            chain(lnNorms);
            end = Math.max(end, from);
          }
          // the sum of one route is that route; a sum of several may cancel, but is zero if all routes are
          if (routes.length === 1 || end === DEAD) profile[s] = routes.length === 1 ? from : DEAD;
        }
        const { factors, total } = splitGains(profile, prefix, routes);
        for (let s = 0; s < 5; s++) {
          const sum = sumOf(factors, s);
          if (profile[s + 1] === DEAD) {
            expect(Object.values(factors).every((factor) => Number.isNaN(factor[s]))).toBe(true);
          } else if (profile[s] === DEAD) {
            expect(sum).toBe(DEAD);
            expect(total[s]).toBe(DEAD);
          } else {
            expect(total[s]).toBe(profile[s] - profile[s + 1]);
            expect(Math.abs(sum - total[s])).toBeLessThanOrEqual(1e-12 * 2e5 * (1 + routes.length));
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("a chain's entries are the logarithms of its operations' gains", () => {
    const { factors, total } = splitGains(Float64Array.of(-5, 0), { names: [], lnNorms: [] }, [
      { names: ["gate", "weights"], lnNorms: [Float64Array.of(-2), Float64Array.of(-5)] },
    ]);
    expect(Object.keys(factors)).toEqual(["gate", "weights"]);
    expect([factors.gate[0], factors.weights[0], total[0]]).toEqual([-2, -3, -5]);
  });

  it("routes weigh by their squares; interference is what the sum has beyond the weighted mean", () => {
    // u₁ of norm 3 and u₂ of norm 4, orthogonal: ‖u‖ = 5
    const { factors } = splitGains(Float64Array.of(Math.log(5), 0), { names: [], lnNorms: [] }, [
      { names: ["branch"], lnNorms: [Float64Array.of(Math.log(3))] },
      { names: ["skip"], lnNorms: [Float64Array.of(Math.log(4))] },
    ]);
    const [w1, w2] = [9 / 25, 16 / 25];
    expect(factors.branch[0]).toBeCloseTo(w1 * Math.log(3), 14);
    expect(factors.skip[0]).toBeCloseTo(w2 * Math.log(4), 14);
    expect(factors.interference[0]).toBeCloseTo(Math.log(5) - w1 * Math.log(3) - w2 * Math.log(4), 14);
  });

  it("a zero route has entries 0; where every route is zero, the first one's say what killed it", () => {
    const one = (first: number, second: number, end: number) => {
      const { factors } = splitGains(Float64Array.of(end, 0), { names: [], lnNorms: [] }, [
        { names: ["gate", "weights"], lnNorms: [Float64Array.of(first), Float64Array.of(first)] },
        { names: ["injected"], lnNorms: [Float64Array.of(second)] },
      ]);
      return Object.fromEntries(Object.entries(factors).map(([name, values]) => [name, values[0]]));
    };
    expect(one(-1, DEAD, -1)).toEqual({ gate: -1, weights: 0, injected: 0, interference: 0 });
    expect(one(DEAD, 2, 2)).toEqual({ gate: 0, weights: 0, injected: 2, interference: 0 });
    expect(one(DEAD, DEAD, DEAD)).toEqual({ gate: DEAD, weights: 0, injected: 0, interference: 0 });
    // equal and opposite: the sum is zero though no route is
    expect(one(1, 1, DEAD)).toEqual({ gate: 0.5, weights: 0, injected: 0.5, interference: DEAD });
  });

  it("from a dead station every entry is NaN, and so is the total", () => {
    const { factors, total } = splitGains(Float64Array.of(1, DEAD), { names: [], lnNorms: [] }, [
      { names: ["gate"], lnNorms: [Float64Array.of(DEAD)] },
      { names: ["injected"], lnNorms: [Float64Array.of(1)] },
    ]);
    expect([factors.gate[0], factors.injected[0], factors.interference[0], total[0]]).toEqual([NAN, NAN, NAN, NAN]);
  });

  it("a NaN norm makes its interval NaN and no other", () => {
    const { factors } = splitGains(Float64Array.of(-3, NAN, 0), { names: [], lnNorms: [] }, [
      { names: ["gate"], lnNorms: [Float64Array.of(-3, NAN)] },
    ]);
    expect([...factors.gate]).toEqual([NAN, NAN]);
    const next = splitGains(Float64Array.of(-3, -1, 0), { names: [], lnNorms: [] }, [
      { names: ["gate"], lnNorms: [Float64Array.of(-3, NAN)] },
      { names: ["above"], lnNorms: [Float64Array.of(DEAD, -1)] },
    ]);
    expect(next.factors.gate[0]).toBe(-2);
    expect(next.factors.gate[1]).toBeNaN();
  });

  it("one station has no interval, none has none", () => {
    for (const profile of [Float64Array.of(1), new Float64Array(0)]) {
      expect(
        splitGains(profile, { names: [], lnNorms: [] }, [{ names: ["gate"], lnNorms: [new Float64Array(0)] }]).total
          .length,
      ).toBe(0);
    }
  });
});
