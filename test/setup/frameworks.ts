import { describe } from "vitest";

/**
 * Tests with a framework that neither Debian nor the lock file has, TensorFlow.js and Keras. They are there under
 * `npm run test:frameworks` alone, which fails without the framework; `npm test` runs the same recorders with stand-ins.
 */
export const withFrameworks = process.env.FRAMEWORKS !== undefined;

export const describeFramework = withFrameworks ? describe : (_name: string, _tests: () => void): void => {};
