import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // the runner's own guess leaves one of two cores idle
    maxWorkers: 2,
    // the JSON report is where .ci/run counts
    reporters: ["default", ["json", { outputFile: "build/tests.json" }]],
  },
});
