/** The kind of a tensor or part whose weights are stored as whole numbers with a scale. */
export const QUANTIZED = "a quantized tensor";

/** The remedy for a model that has no other weights. */
export const UNQUANTIZED = "save the state_dict of the model before it is quantized";
