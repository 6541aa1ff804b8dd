/** One file a thing, all its facts; everyone else reads them here. */
export * from "./activations/index.ts";
export * from "./cells/index.ts";
export * from "./norms/index.ts";
export * from "./residuals/index.ts";
export * from "./losses/index.ts";
export * from "./optimizers/index.ts";
