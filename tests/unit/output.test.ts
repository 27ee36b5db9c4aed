import { afterEach, describe, expect, it, vi } from 'vitest';
import { wantsColour } from '../../functions/config.ts';

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
    const { colour } = await import('../../functions/cli/output.ts');
    expect(colour.red('a problem')).toBe('a problem');
  });
});
