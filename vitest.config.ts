import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Whole runs on the twin take seconds on a busy machine; a test that hangs takes longer.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // DuckDB brings its own threads; more workers than cores only take turns.
    maxWorkers: 2,
    // The README's feature table is made of what passed.
    reporters: ['default', './tests/support/seeds/behaviour-results.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          setupFiles: ['tests/support/properties.ts'],
          // Nothing to keep apart: no process, no DuckDB, no state. It saves a third of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'system', include: ['tests/**/*.test.ts'], exclude: ['tests/unit/**'] },
      },
    ],
  },
});
