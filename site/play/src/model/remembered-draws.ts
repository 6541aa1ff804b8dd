import { type Random, random } from "../../../../src/base/random.ts";

/** Kinds of numbers that are kept. Weights are drawn in no other. */
type Kind = "uniform" | "normal";

/** The numbers of one kind that a stream has given so far, and the stream at that point. */
interface Tape {
  readonly values: number[];
  readonly source: Random;
}

/**
 * `random` that stores the numbers it has drawn: if a stream is requested again, it returns the same numbers, bit for
 * bit, without drawing them. While a gain is dragged, only the factor on the numbers changes, and drawing was half of
 * the work of a pass through 200 layers.
 */
export function rememberedDraws(): typeof random {
  const tapes = new Map<string, Tape>();
  return (seed, name) => {
    const read: Record<Kind, number[]> = { uniform: [], normal: [] }; // of the kind that is read, its tape
    let tape: Tape | undefined;
    let kind: Kind = "normal";
    let at = 0;
    let live: Random | undefined;
    /** A stream that changes its kind of numbers continues from its present point without the store. */
    const goOn = (): Random => {
      if (live === undefined) {
        live = random(seed, name);
        for (let i = 0; i < at; i++) live[kind]();
        read[kind] = [];
      }
      return live;
    };
    /** Draws the next number if the tape has none. */
    const take = (wanted: Kind): number => {
      if (live !== undefined || (tape !== undefined && kind !== wanted)) return goOn()[wanted]();
      if (tape === undefined) {
        kind = wanted;
        const key = `${wanted}/${seed}/${name}`;
        tape = tapes.get(key) ?? { values: [], source: random(seed, name) };
        tapes.set(key, tape);
        read[wanted] = tape.values;
      }
      if (at === tape.values.length) tape.values.push(tape.source[wanted]());
      return tape.values[at++];
    };
    const normal = () => (at < read.normal.length ? read.normal[at++] : take("normal"));
    const uniform = () => (at < read.uniform.length ? read.uniform[at++] : take("uniform"));
    return {
      uniform,
      uniforms: (to, count) => {
        for (let i = 0; i < count; i++) to[i] = uniform();
      },
      normal,
      normals: (to, from, end, scale) => {
        for (let i = from; i < end; i++) to[i] = scale * normal();
      },
      below: (n) => goOn().below(n),
    };
  };
}
