/** Elman cells have the names of their activations. To add one, add its name here. */
export const ELMAN_CELLS = ["tanh", "relu", "sigmoid", "identity", "leaky_relu", "hardtanh", "softsign"] as const;
export type ElmanCellName = (typeof ELMAN_CELLS)[number];
