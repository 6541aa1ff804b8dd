/** Core against oracle, number by number. */
import { expect } from "vitest";
import type { GradientFlow, Transport } from "../../../src/flow/index.ts";
import { finish } from "../../../src/base/time-slicing.ts";
import { unitCotangents } from "../../../src/network/probe.ts";
import { random } from "../../../src/base/random.ts";
import type { FeedforwardResult } from "../../oracle/feedforward.ts";
import { norm } from "../../oracle/linear.ts";
import { LOSS } from "../../oracle/losses.ts";
import { rows } from "../../oracle/tensor.ts";
import { type Case, lastWidth, probeOracle, runCore, runOracle, type Setup, setUp } from "./both.ts";
import { gap } from "../../setup/numbers.ts";
import { distance } from "./compare.ts";

/**
 * ‖core − oracle‖ ≤ 2e−5 ‖oracle‖ for loss and gradients, 5e−5 nats for logarithms: float32 beside float64. A few
 * numbers are only cancellation (a bias before a batch norm). Their tolerance is larger: 30 times the change of the
 * core's result when every parameter and input changes by one rounding, and a share of the largest gradient. That
 * share is float64's rounding or, with a batch norm, which subtracts from δ what the batch has in common,
 * float32's.
 */
const RELATIVE = 2e-5;
const NATS = 5e-5;
const NOISE = 30;
const BESIDE = { batch: 1e-6, others: 1e-12 };

/** All results of a pass by name. */
type Table = ReadonlyMap<string, ArrayLike<number>>;

/** @throws if any number of the pass differs from the oracle */
export const check = (testCase: Case): void => checkSetup(setUp(testCase));

export function checkSetup(setup: Setup): void {
  const flow = runCore(setup);
  const got = tableOf(setup, flow);
  const want = oracleTable(setup);
  let noise: readonly Table[] | undefined; // asked for only where it matters
  const shifts = (of: (table: Table) => number) => {
    noise ??= moved(setup);
    return NOISE * Math.max(...noise.map(of));
  };
  const { norm: all, layerwise = [] } = setup.testCase.spec;
  const tolerances = [all, ...layerwise.map((own) => own.norm)].includes("batch") ? BESIDE.batch : BESIDE.others;
  const largest = Math.max(
    ...[...want].filter(([name]) => name.startsWith("gradient")).map(([, values]) => norm([values])),
  );
  for (const [name, values] of want) {
    const mine = got.get(name) as ArrayLike<number>;
    if (name === "loss" || name.startsWith("gradient")) {
      const error = distance(mine, values);
      const allowed = RELATIVE * norm([values]) + tolerances * largest;
      if (error <= allowed) continue;
      const shift = shifts((table) => distance(table.get(name) as ArrayLike<number>, mine));
      expect(error, name).toBeLessThanOrEqual(allowed + shift);
      continue;
    }
    for (let i = 0; i < values.length; i++) {
      const here = at(got, name, i);
      const error = gap(here, values[i]);
      if (error <= NATS) continue;
      const shift = shifts((table) => gap(at(table, name, i), here));
      expect(error, `${name} at ${i}: ${here} for ${values[i]}`).toBeLessThanOrEqual(NATS + shift);
    }
  }
  sumsUp(flow);
  setup.network.dispose();
}

/** Entry i. A factor of the ledger without an interval is 0 everywhere, and NaN after a gradient of zero. */
function at(table: Table, name: string, i: number): number {
  const values = table.get(name);
  if (values !== undefined) return values[i];
  const total = table.get(name.replace(/ledger .*/, "ledger total")) as ArrayLike<number>;
  return Number.isNaN(total[i]) ? Number.NaN : 0;
}

/** Checks that the entries of every ledger add up to its total. */
export function sumsUp(flow: GradientFlow): void {
  for (const { factors, total } of [flow.layers[0].ledger, ...(flow.probe?.ledgers ?? [])].filter(
    (x) => x !== undefined,
  )) {
    total.forEach((gain, s) => {
      const sum = Object.values(factors).reduce((partial, factor) => partial + factor[s], 0);
      expect(gap(sum, gain), `ledger sums to ${sum}, not ${gain} at ${s}`).toBeLessThan(1e-6);
    });
  }
}

export function tableOf({ network }: Setup, flow: GradientFlow): Table {
  const table = new Map<string, ArrayLike<number>>([["loss", [flow.loss as number]]]);
  for (const name of network.gradients.names) table.set(`gradient ${name}`, network.gradients.get(name));
  if (flow.readoutGain !== null) table.set("readout gain", [flow.readoutGain]);
  if (flow.statistics !== undefined) table.set("ln h", flow.statistics.lnForwardNorm);
  if (flow.input !== undefined) table.set("ln ∂L/∂x", [flow.input.lnGradientNorm]);
  addTransport(table, "", { ...flow, ledgers: flow.layers.flatMap(({ ledger }) => ledger ?? []) });
  if (flow.probe !== undefined) addTransport(table, "probe ", flow.probe);
  return table;
}

function addTransport(table: Map<string, ArrayLike<number>>, prefix: string, transport: Transport): void {
  table.set(`${prefix}ln δ`, transport.lnGradientNorm);
  for (const [name, values] of Object.entries(transport.quantiles ?? {})) table.set(prefix + name, values);
  for (const { factors, total } of transport.ledgers ?? []) {
    table.set(`${prefix}ledger total`, total);
    for (const [name, factor] of Object.entries(factors)) table.set(`${prefix}ledger ${name}`, factor);
  }
}

/** The table of the oracle, with the probe for the cotangents of the core. */
function oracleTable(setup: Setup): Table {
  const { batch, spec, seed, outputs } = setup.testCase;
  const result = runOracle(setup);
  const table = new Map<string, ArrayLike<number>>([["loss", [result.loss]]]);
  for (const [name, { data }] of Object.entries(result.gradients)) table.set(`gradient ${name}`, data);
  if (outputs !== null && result.outputs !== null && setup.batch.targets !== undefined) {
    const { gradient } = LOSS[setup.batch.loss as keyof typeof LOSS](
      rows(result.outputs, outputs),
      setup.batch.targets,
    );
    table.set("readout gain", [(result.lnGradientNorm.at(-1) as number) - Math.log(norm(gradient))]);
  }
  table.set(
    "ln h",
    result.layers.map(({ hidden }) => Math.log(norm([hidden]))),
  );
  table.set("ln ∂L/∂x", [Math.log(norm([result.inputGradient]))]);
  addTransport(table, "", transportOf(result, batch));
  const probe = probeOracle(setup, finish(unitCotangents(seed, batch, lastWidth(spec))));
  addTransport(table, "probe ", {
    ...transportOf(probe, batch),
    lnGradientNorm: probe.lnGradientNorm.map((value) => value - Math.log(batch) / 2),
  });
  return table;
}

function transportOf({ lnGradientNorm, layers, ledger }: FeedforwardResult, B: number): Transport {
  const samples = layers.map(({ delta }) =>
    rows(delta, delta.length / B)
      .map((row) => Math.log(norm([row])))
      .sort((a, b) => a - b),
  );
  const quantiles = (q: number) => Float64Array.from(samples, (sorted) => quantile(sorted, q));
  return {
    lnGradientNorm,
    decay: null,
    quantiles: { q05: quantiles(0.05), q50: quantiles(0.5), q95: quantiles(0.95) },
    // if the gradient is zero, no gain is defined, not even an infinite one
    ledgers: [
      { ...ledger, total: ledger.total.map((gain, s) => (lnGradientNorm[s + 1] === -Infinity ? Number.NaN : gain)) },
    ],
  };
}

/** Linear between order statistics; −∞ up to the first sample that is not. */
function quantile(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === high || low === Number.NEGATIVE_INFINITY ? low : low + (high - low) * (place - Math.floor(place));
}

/** The results of the core after every parameter and input was changed by about one rounding, three times. */
function moved(setup: Setup): Table[] {
  const { network, parameters, batch, testCase } = setup;
  return [0, 1, 2].map((round) => {
    const stream = random(testCase.seed, `test/moved/${round}`);
    const nudged = (value: number) => value * (1 + 2 ** -23 * stream.normal());
    for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data.map(nudged));
    return tableOf(setup, network.propagate({ ...batch, inputs: batch.inputs.map(nudged) }));
  });
}
