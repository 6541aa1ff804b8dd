import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/setup/core.ts",
    // for what hangs alone: beside other work a browser, or a process, may take a minute to start
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // the runner's own guess leaves one of two cores idle
    maxWorkers: 2,
    // files of one worker share the sources they import; no test depends on which came before: `--sequence.shuffle.files` may be given
    isolate: false,
    // the JSON report is where .ci/run counts
    reporters: ["default", ["json", { outputFile: "build/tests.json" }]],
  },
});
