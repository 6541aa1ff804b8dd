/*
 * The layers after a recurrent stack: pooling turns the steps into one vector, and dense layers turn it into the input
 * of the readout.
 */
import type { RecurrentInput } from "../../spec/index.ts";
import { hasWeights, type Part, partWord, type PoolPart, type RecurrentPart } from "../parts.ts";
import { denseParameters, isLossActivation, lossNote } from "./dense.ts";
import type { Side } from "./entrance.ts";
import { type DenseLayer, layersOf, runOfLayers } from "./layers.ts";

/** The states that a head reads, if no part of the file tells them. */
export type Pooling = NonNullable<RecurrentInput["pooling"]>;

/**
 * Pooling, head and readout, if all parts after the top layer can be expressed as these; otherwise they are left out.
 *
 * @param width D·H of the top layer
 * @param pooling the caller's choice, for a file that does not tell them
 */
export function exit(
  behind: readonly Part[],
  top: RecurrentPart,
  width: number,
  pooling: Pooling | undefined,
  file: string,
): Side {
  const weighted = behind.filter(hasWeights);
  const withoutThem = (obstacle?: Part): Side => ({
    spec: {},
    parameters: {},
    taken: new Map(),
    notes: weighted.length === 0 ? [] : [leftOut(weighted, top, obstacle)],
  });
  const pools = behind.filter((part): part is PoolPart => part.kind === "pool");
  if (pools.length > 1) return withoutThem(pools[1]);
  const [pool] = pools;
  const computing = behind.filter((part) => part !== pool && part.kind !== "foreign");
  const layers = layersOf(computing, width);
  if (!Array.isArray(layers)) return withoutThem(layers);
  if (pool !== undefined && !commutes(pool, behind.slice(0, behind.indexOf(pool)))) return withoutThem(pool);
  const of = poolingOf(top, pool, pooling, layers.length > 0);
  const last = layers.at(-1);
  const readout = last !== undefined && isReadout(last) ? last.dense : undefined;
  const head = runOfLayers(readout === undefined ? layers : layers.slice(0, -1), "head", file);
  const closing = last?.activation;
  if (readout === undefined && closing !== undefined && /softmax|log_sigmoid/.test(closing.activation)) {
    return withoutThem(closing);
  }
  return {
    spec: {
      ...of.spec,
      ...(head.spec.width.length === 0 ? {} : { head: head.spec }),
      ...(readout === undefined ? {} : { outputs: readout.outputs }),
    },
    parameters: { ...head.parameters, ...(readout === undefined ? {} : denseParameters(readout, "readout")) },
    taken: new Map([
      ...head.taken,
      ...(readout === undefined ? [] : [[readout, "readout"] as const]),
      ...(pool === undefined ? [] : [[pool, "pooling"] as const]),
    ]),
    notes: [
      ...of.notes,
      ...head.notes,
      ...(readout === undefined || closing === undefined ? [] : [lossNote(closing.activation)]),
    ],
  };
}

/** A dense layer that gives the logits of a loss. */
const isReadout = ({ dense, norm, activation }: DenseLayer): boolean =>
  dense !== undefined && norm === undefined && (activation === undefined || isLossActivation(activation.activation));

/** Whether layers that the file applies to every step give the same result if they are applied after the pooling. */
function commutes({ pool }: PoolPart, ahead: readonly Part[]): boolean {
  if (pool === "last" || pool === "final") return true;
  const computing = ahead.filter((part) => part.kind !== "dropout" && part.kind !== "foreign");
  return pool === "mean" ? computing.every(({ kind }) => kind === "dense") : computing.length === 0;
}

/**
 * The states that the head reads: by the file's own pool, by the output of the top layer, else by the caller's option
 * or by assumption.
 */
function poolingOf(
  top: RecurrentPart,
  pool: PoolPart | undefined,
  pooling: Pooling | undefined,
  reads: boolean,
): Pick<Side, "spec" | "notes"> {
  const both = top.layers[0].reverse !== undefined;
  // the last of all steps' outputs, or only the last state
  const state = top.everyStep === false && both ? "final" : "last";
  const known = pool?.pool ?? (top.everyStep === undefined ? undefined : state);
  const chosen = known ?? pooling ?? "last";
  const spec = chosen === "last" || (chosen === "final" && !both) ? {} : { pooling: chosen };
  if (known !== undefined) {
    const differs = pooling !== undefined && pooling !== known;
    return { spec, notes: differs ? ["The file says what its head reads: --pooling is not used."] : [] };
  }
  if (!reads || pooling !== undefined) return { spec, notes: [] };
  const what = both ? "output[-1], both directions at the last step," : "the last step";
  const others = both ? "--pooling final for h_n, mean or max" : "--pooling mean or max";
  return { spec, notes: [`The file does not say what its head reads: ${what} is assumed (${others}).`] };
}

function leftOut(weighted: readonly Part[], top: RecurrentPart, obstacle: Part | undefined): string {
  const names = weighted.map((part) => `${part.name} (${partWord(part)})`).join(", ");
  const why =
    obstacle === undefined
      ? ""
      : `, as a head has no ${obstacle.kind === "dense" ? `layer of ${obstacle.inputs} inputs there` : partWord(obstacle)}`;
  const [verb, is] = weighted.length === 1 ? ["stands", "is"] : ["stand", "are"];
  return `${names} ${verb} after ${top.name || "the recurrent layer"} and ${is} left out${why}: the loss reads its last state.`;
}
