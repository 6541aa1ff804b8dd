/** The headings claims stand under, in order. */
export const TOPICS = {
  decay: "What vanishing is",
  capacity: "Trainability, not capacity",
  causes: "Causes",
  boundary: "Vanishing against exploding",
  effects: "Effects",
  remedies: "Remedies",
  optimisers: "Optimisers",
  variance: "Gradient variance",
  generalisation: "Generalisation",
  pitfalls: "Pitfalls",
  memory: "Long memory",
} as const;
