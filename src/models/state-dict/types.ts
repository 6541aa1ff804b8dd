import type { NdArray } from "../../formats/array.ts";

/** The facts that a pickled module stores about itself. */
export interface ModuleFacts {
  /** Its class: `torch.nn.modules.rnn.LSTM`. */
  readonly type: string;
  /** Its plain attributes: numbers, text, truth values. */
  readonly attributes: ReadonlyMap<string, unknown>;
}

/** Tensors under the names of a state_dict, in its order. */
export interface StateDict {
  readonly tensors: Map<string, NdArray>;
  /** The kinds of tensors that cannot be read as numbers, by name. */
  readonly unreadable: Map<string, string>;
  /**
   * For a pickled module: every module in it by its path, in the order of registration. Empty for a bare state_dict.
   */
  readonly modules: Map<string, ModuleFacts>;
  readonly notes: string[];
}
