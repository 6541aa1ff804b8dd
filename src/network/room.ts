import { EvanesceError } from "../base/errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { elements, type NetworkSizes, parameterTable } from "../spec/parameters.ts";
import type { BatchOutline } from "../tasks/outline.ts";
import { DEFAULT_MEMORY_LIMIT, Engine, sharedEngine } from "../wasm/engine.ts";
import { buildTape } from "../wasm/feedforward/build.ts";
import { DEPTH_REMEDY, planDepth } from "../wasm/feedforward/plan.ts";
import { PlanBuilder, requireWithin } from "../wasm/plan.ts";
import { planRecurrent } from "../wasm/recurrent/plan.ts";
import { depthShape } from "./depth-shape.ts";
import { sizesFrom } from "./fitting.ts";
import type { MeasureOptions } from "./measure-options.ts";
import { timeShape } from "./time-shape.ts";
import type { NetworkOptions } from "./types.ts";

/**
 * Refuses a network whose passes cannot fit into memory, before any parameter is drawn. Each weight needs memory at
 * least for itself and its float32 gradient; in a recurrent network also for tiles of both passes, and for its float64
 * gradient of a panel and of the sum.
 *
 * @throws EvanesceError with the bytes allowed and asked
 */
export function requireRoom(spec: NetworkSpec, sizes: NetworkSizes, limit: number): void {
  const bytesEach = spec.kind === "recurrent" ? 32 : 8;
  const count = parameterTable(spec, sizes).reduce((sum, { shape }) => sum + elements(shape), 0);
  const plan = new PlanBuilder();
  plan.add("parameters and their gradients", "parameters", [count, bytesEach / 4]);
  requireWithin(plan.done(), limit, "raise the memory limit, or lower hidden or width, depth, inputs or outputs");
}

/**
 * The memory that passes may take.
 * @throws EvanesceError for a limit that is not a number of bytes, and a value that is not an engine
 */
export function memoryOf({ memoryLimit, engine }: Pick<NetworkOptions, "memoryLimit" | "engine">): {
  readonly memoryLimit: number;
  readonly engine: Engine;
} {
  requireEngine(engine);
  const limit = memoryLimit ?? DEFAULT_MEMORY_LIMIT;
  if (typeof limit !== "number" || !(limit > 0))
    throw new EvanesceError("memoryLimit", "bytes > 0", limit, "leave it out for 1 GiB");
  return { memoryLimit: limit, engine: engine ?? sharedEngine() };
}

/** @throws EvanesceError for a value that is not an engine, such as a promise of one */
function requireEngine(engine: unknown): void {
  if (engine === undefined || engine instanceof Engine) return;
  const got = engine instanceof Promise ? "a promise of one" : engine;
  throw new EvanesceError("engine", "an engine", got, "give the result of `await createEngine()`, or leave it out");
}

/** The memory that a pass may take, and Y if neither the spec nor the batch says it. */
type Room = Pick<NetworkOptions, "memoryLimit" | "engine" | "outputs">;

/** The last pass that fitted, so that it is not planned again: planning a small pass takes as long as running it. */
let fitting: { readonly spec: NetworkSpec; readonly key: string } | undefined;

/**
 * Refuses a pass that does not fit into memory before its batch is drawn and any parameter is initialized.
 *
 * @param outline the sizes of the batch
 * @throws EvanesceError with the bytes allowed and asked; for a batch that does not fit the network
 */
export function requireRoomForPass(
  spec: NetworkSpec,
  outline: BatchOutline,
  options: MeasureOptions,
  { outputs, ...memory }: Room,
): void {
  const { memoryLimit: limit, engine } = memoryOf(memory);
  const key = JSON.stringify([outline, options, limit, outputs]);
  if (fitting?.spec === spec && fitting.key === key) return;
  const sizes = sizesFrom(outline);
  const own = {
    inputs: spec.inputs ?? sizes.inputs,
    outputs: spec.outputs ?? (outputs === undefined ? sizes.outputs : outputs),
  };
  requireRoom(spec, own, limit);
  if (spec.kind === "recurrent") {
    const { plan, remedy } = planRecurrent(engine, timeShape(spec, own, outline, options), limit);
    engine.requireRoom(plan, limit, remedy);
  } else {
    const shape = depthShape(spec, own, outline, options);
    const tape = buildTape(spec, own.inputs, own.outputs, null, shape.options.inputGradient !== false);
    engine.requireRoom(planDepth(engine, shape, tape), limit, DEPTH_REMEDY);
  }
  fitting = { spec, key };
}
