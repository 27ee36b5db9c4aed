import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Whole runs on the twin take seconds on a busy machine; a test that hangs takes longer.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // DuckDB brings its own threads; more workers than cores only take turns.
    maxWorkers: 2,
    // The README's feature table is made of what passed.
    reporters: ['default', './tests/support/seeds/behaviour-results.ts'],
  },
});
