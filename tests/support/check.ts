/** `npm run check`: what one runs while typing, and how long each part took. */
import { spawn } from 'node:child_process';

const parts = [
  ['types', 'tsc', '--noEmit'],
  ['lint', 'biome', 'check'],
  ['unit tests', 'vitest', 'run', 'tests/unit'],
] as const;

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function passes([command, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', (status) => resolve(status === 0)));
}

const began = performance.now();
const took: string[] = [];
for (const [name, ...command] of parts) {
  const start = performance.now();
  const passed = await passes(command);
  took.push(`${name} ${seconds(start)}`);
  if (passed) continue;
  process.exitCode = 1;
  break;
}
process.stdout.write(
  `${process.exitCode ? 'failed' : 'passed'}: ${took.join(', ')}; ${seconds(began)} in all\n`,
);
