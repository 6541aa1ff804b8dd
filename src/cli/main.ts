#!/usr/bin/env node
// Node 22 can keep compiled code for the next start; this must be enabled before anything else is loaded
const { enableCompileCache } = (process.getBuiltinModule?.("node:module") ?? {}) as { enableCompileCache?: () => void };
enableCompileCache?.();
// when run from source, a core that is older than assembly/ is built first; the bundle of the package omits this line
if (import.meta.url.endsWith(".ts")) await freshenCore();
await (await import("./process.ts")).runProcess();

async function freshenCore(): Promise<void> {
  const script = new URL("../../scripts/core/fresh.mjs", import.meta.url).href;
  await ((await import(script)) as { freshenCore(): Promise<void> }).freshenCore();
}

export {};
