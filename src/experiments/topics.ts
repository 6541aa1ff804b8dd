/** The headings claims stand under, in order. */
export const TOPICS = {
  decay: "What vanishing is",
  capacity: "Trainability, not capacity",
  causes: "Causes",
  boundary: "Vanishing against exploding",
  effects: "Effects",
  remedies: "Remedies",
  optimizers: "Optimizers",
  variance: "Gradient variance",
  generalization: "Generalization",
  pitfalls: "Pitfalls",
  memory: "Long memory",
} as const;
