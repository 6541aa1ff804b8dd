export type * from "./data.ts";
export type * from "./dense.ts";
export type * from "./flow.ts";
export type * from "./profile.ts";
export type * from "./sequences.ts";
export type * from "./stations.ts";
