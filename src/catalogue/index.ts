/**
 * All facts about each cell, activation, norm, skip path, loss and optimizer, one file each. Other code only reads
 * them.
 */
export * from "./activations/index.ts";
export * from "./cells/index.ts";
export * from "./norms/index.ts";
export * from "./residuals/index.ts";
export * from "./losses/index.ts";
export * from "./optimizers/index.ts";
