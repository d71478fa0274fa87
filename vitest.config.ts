import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "src/**/*.test.ts",
      "web/src/**/*.test.ts",
      "test/**/*.test.ts",
      "labs/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/.cairn/**", "cairn-demo/**"],
    pool: "forks",
    maxWorkers: 2,
    // Nobody's own database is written to by a test.
    env: { CAIRN_DATABASE_URL: "" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
