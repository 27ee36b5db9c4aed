import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { wantsColour } from '../../../functions/config.ts';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const wasTerminal = process.stdout.isTTY;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  Object.assign(process.stdout, { isTTY: wasTerminal });
});

describe('the output of the command line', () => {
  it('is coloured on a terminal, unless the user says otherwise', () => {
    vi.stubEnv('NO_COLOR', undefined);
    expect(wantsColour(true)).toBe(true);
    expect(wantsColour(false)).toBe(false);
    vi.stubEnv('NO_COLOR', '1');
    expect(wantsColour(true)).toBe(false);
  });

  it('has no colours where it goes into a pipe, in CI too', async () => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('CI', 'true');
    Object.assign(process.stdout, { isTTY: undefined });
    const { colour } = await import('../../../functions/cli/output.ts');
    expect(colour.red('a problem')).toBe('a problem');
  });

  it('may be read in part only, as by head', async () => {
    const command = join(repositoryRoot(), 'functions/cli/kenko.mjs');
    const child = spawn(process.execPath, [command, '--help']);
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    const [status] = await once(child, 'close');
    expect({ status, said }).toEqual({ status: 0, said: '' });
  });
});
