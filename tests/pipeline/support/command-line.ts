import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../../../functions/deployed-files.ts';

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `kenko` as a user does: another process, its exit code, what it prints. */
export function kenko(...args: string[]): Promise<Outcome> {
  const launcher = join(repositoryRoot(), 'functions/cli/kenko.mjs');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}
