/** Elman cells are named by their activation. A new one is a name here. */
export const ELMAN_CELLS = ["tanh", "relu", "sigmoid", "identity", "leaky_relu", "hardtanh", "softsign"] as const;
export type ElmanCellName = (typeof ELMAN_CELLS)[number];
