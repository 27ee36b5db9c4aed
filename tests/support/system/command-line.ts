import { vi } from 'vitest';
import { main } from '../../../functions/cli/main.ts';

export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs `kenko` with these arguments: what it prints, and the exit code it sets. */
export async function kenko(...args: string[]): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      said[stream] += String(chunk);
      return true;
    }),
  );
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await main(['node', 'kenko', ...args]);
    return { status: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
