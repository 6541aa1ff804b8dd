/** The headings of the list of claims, in order. */
export const TOPICS = {
  decay: "The gradient shrinks",
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
