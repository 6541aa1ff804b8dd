/*
 * Nodes that turn a sequence into one vector: the last step of a recurrent layer's outputs, its last states, a mean or
 * a maximum over steps. A node that takes other steps becomes a foreign part.
 */
import type { Part, PoolPart } from "../parts.ts";
import { nameOf } from "./nodes.ts";
import type { Constants } from "./patterns.ts";
import type { OnnxNode } from "./proto.ts";

const WHOLE = 2 ** 31 - 1;

/** The pooling that a node does after a recurrent layer; undefined for other nodes. */
export function pooled(node: OnnxNode, parts: readonly Part[], constants: Constants): Part | undefined {
  const sequence = parts.some(({ kind }) => kind === "recurrent") && !parts.some(({ kind }) => kind === "pool");
  const name = nameOf(node);
  const pool = (of: PoolPart["pool"]): Part => ({ kind: "pool", name, shapes: {}, pool: of });
  const foreign = (what: string): Part => ({ kind: "foreign", name, shapes: {}, what });
  const numbers = (at: number, key: string): readonly number[] | undefined => {
    const array = constants.get(node.inputs[at] ?? "");
    return array === undefined ? node.attributes.get(key)?.ints : Array.from(array.data as ArrayLike<number>);
  };
  switch (node.op) {
    case "Gather": {
      const index = constants.get(node.inputs[1] ?? "");
      if (constants.has(node.inputs[0]) || index?.data.length !== 1) return undefined;
      if (!sequence) return foreign("one entry of an axis");
      return index.data[0] === -1 ? pool("last") : foreign(`the step ${index.data[0]} alone`);
    }
    case "Slice": {
      const [starts = [], ends = []] = [numbers(1, "starts"), numbers(2, "ends")];
      if (starts.length > 0 && starts.every((from) => from === 0) && ends.every((to) => to >= WHOLE)) return undefined;
      const ofLast = starts.length === 1 && starts[0] === -1 && ends[0] >= WHOLE;
      return sequence && ofLast ? pool("last") : foreign("a slice of its input");
    }
    case "ReduceMean":
    case "ReduceMax": {
      const axes = numbers(1, "axes") ?? [];
      const overSteps = axes.length === 1 && (axes[0] === 0 || axes[0] === 1);
      if (sequence && overSteps) return pool(node.op === "ReduceMean" ? "mean" : "max");
      return foreign(`${node.op} over axes ${axes.join(", ") || "all"}`);
    }
    default:
      return undefined;
  }
}

/** The final states of recurrent layers, Y_h [D, B, H]: which rows of all layers' states each value holds. */
export class States {
  /** Rows by the value's name: D·(layer's number) + direction. */
  readonly #rows = new Map<string, readonly number[]>();
  #count = 0;

  /** Records the states that a recurrent node returns. */
  begin({ outputs }: OnnxNode, directions: number): void {
    const rows = Array.from({ length: directions }, (_, d) => this.#count + d);
    this.#count += directions;
    for (const output of outputs.slice(1)) if (output !== "") this.#rows.set(output, rows);
  }

  /** `passes` for a node that only selects states. If they are not the top layer's, the result is a foreign part. */
  follow(
    node: OnnxNode,
    parts: readonly Part[],
    sources: readonly number[],
    constants: Constants,
  ): "passes" | Part | undefined {
    const taken = node.inputs.filter((input) => input !== "" && !constants.has(input));
    if (taken.length === 0 || !taken.every((input) => this.#rows.has(input))) return undefined;
    const rows = taken.flatMap((input) => this.#rows.get(input)!);
    const keep = (of: readonly number[]): "passes" => {
      for (const output of node.outputs) this.#rows.set(output, of);
      return "passes";
    };
    if (node.op === "Gather") {
      const index = constants.get(node.inputs[1] ?? "");
      const row = index?.data.length === 1 ? rows.at(Number(index.data[0])) : undefined;
      if (row !== undefined) return keep([row]);
    } else if (node.op === "Concat") return keep(rows);
    else if (/^(Identity|Cast|Transpose|Reshape|Squeeze|Unsqueeze|Flatten)$/.test(node.op)) return keep(rows);
    const top = parts[Math.max(...sources)];
    const directions = top?.kind === "recurrent" && top.layers[0].reverse !== undefined ? 2 : 1;
    const last = Array.from({ length: directions }, (_, d) => this.#count - directions + d);
    if (rows.join() === last.join()) return undefined;
    return { kind: "foreign", name: nameOf(node), shapes: {}, what: "states of other layers than the last" };
  }
}
