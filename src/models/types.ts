import type { NdArray } from "../formats/array.ts";
import type { NetworkSpec } from "../spec/index.ts";

/** The formats of model files. */
export type ModelFormat = "safetensors" | "PyTorch" | "Keras" | "TensorFlow.js" | "ONNX";

/** Options of reading a model file, for facts that the file itself does not hold. */
export interface ModelOptions {
  /** The file's name in messages; default its path, or `model`. */
  readonly name?: string | undefined;
  /**
   * Further files by the names that the model gives them: the shards of a TensorFlow.js model. For a path, Node reads
   * them itself.
   */
  readonly files?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Reads only the tensors whose names begin with this prefix, and removes it. */
  readonly prefix?: string | undefined;
  /** Parts of names to replace, old to new: `{ lstm: "rnn", fc: "readout" }`. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Tensors to leave out: names or patterns with `*`. */
  readonly ignore?: readonly string[] | undefined;
  /** The one part to measure: `encoder.lstm`. */
  readonly part?: string | undefined;
  /** The dense layers, first to last, if neither the file's order nor the shapes tell it. */
  readonly order?: readonly string[] | undefined;
  /** The activation between dense layers, if the file does not say it; default relu. */
  readonly activation?: string | undefined;
  /** The cell of a recurrent layer with one gate, if the file does not say it; default tanh. */
  readonly cell?: string | undefined;
  /**
   * The states that the head of a recurrent network reads, if the file does not tell: last, final, mean, max; default
   * last.
   */
  readonly pooling?: string | undefined;
  /**
   * For a state_dict with an encoder and a decoder: the number of last steps that the decoder runs, which no file
   * tells.
   */
  readonly decoder?: number | undefined;
}

/** A spec with parameters, read from a file. */
export interface Model {
  readonly format: ModelFormat;
  /** The name of the file. */
  readonly file: string;
  /** The network that is measured. */
  readonly spec: NetworkSpec;
  /** Every parameter of `spec` by its name here, row-major. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** The mark of padding steps, if the file tells it: a token, or the value of every input. */
  readonly mask?: number;
  /** Sentences on assumptions, on parts left out, and on differences in the computation here. */
  readonly notes: readonly string[];
  /** The parts of the file, in its order. */
  readonly parts: readonly ModelPart[];
}

/** One part of a file, as `inspect` lists it. */
export interface ModelPart {
  /** Its name in the file. */
  readonly name: string;
  /** `LSTM`, `dense`, `batch norm`, `convolution`, … */
  readonly what: string;
  /** Shapes of its tensors by the rest of their names. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Its part of the spec, `rnn`, `layers.0`, `readout`; null if it is left out. */
  readonly as: string | null;
}

/** A tensor by its name in the file. */
export type NamedTensors = ReadonlyMap<string, NdArray>;
