/** `npm start -- --emulators`: the same functions on Google's emulators give what the twin gives. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { summaryText } from '../../functions/cli/run/run.ts';
import { openOwnSession } from '../../functions/cli/session/open-session.ts';
import { kenko } from '../support/system/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** Two days of a small demo, and what is there to see afterwards. */
async function twoDays(emulators: boolean): Promise<Record<string, unknown>> {
  const state = join(folder, emulators ? 'emulators' : 'twin');
  const demo = { pack: 'saas', accounts: 12, today: '2026-11-20' };
  const session = await openOwnSession({ ...demo, state, emulators }, () => undefined);
  try {
    const days = [];
    for (const slot of ['2026-11-19T17:00:00Z', '2026-11-20T17:00:00Z']) {
      const summary = await session.run({ slot }, () => undefined);
      const { seconds: _, stages, ...same } = summary;
      const text = await summaryText(summary, session, 'ja');
      days.push({ ...same, stages: Object.keys(stages), text: text.replace(/\d+\.\d s/g, '# s') });
    }
    const accounts = (await session.get('/v1/accounts?limit=100')) as {
      accounts: { id: string }[];
    };
    const [first] = accounts.accounts;
    // The twin's files, and only the twin's.
    expect(existsSync(join(state, 'saas', 'snapshots.sqlite'))).toBe(!emulators);
    expect(existsSync(join(state, 'saas', 'bus.sqlite'))).toBe(!emulators);
    return {
      days,
      accounts,
      history: await session.get(`/v1/accounts/${first?.id}/history`, { limit: 20 }),
      deadLetters: await session.deadLetters(undefined),
    };
  } finally {
    await session.close();
  }
}

describe('kenko start --emulators', () => {
  it('gives what the twin gives', async () => {
    const expected = await twoDays(false);
    expect(expected).toMatchObject({
      days: [{ state: 'finished' }, { state: 'finished' }],
      accounts: { accounts: expect.arrayContaining([expect.objectContaining({ id: 'A-0012' })]) },
      history: { results: expect.arrayContaining([expect.objectContaining({ state: 'scored' })]) },
    });
    expect(await twoDays(true)).toEqual(expected);
  });

  it('begins with nothing, below the state folder', async () => {
    const state = join(folder, 'state');
    const old = join(state, 'emulators', 'saas', 'snapshots.sqlite');
    const twin = join(state, 'saas', 'snapshots.sqlite');
    for (const file of [old, twin]) {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, 'old');
    }
    // Without gcloud, so that it goes no further.
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    symlinkSync('/bin/sh', join(tools, 'sh'));
    vi.stubEnv('PATH', tools);
    const { status, stderr } = await kenko('start', '--once', '--emulators', '--state', state);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^kenko: The (Firestore|Pub\/Sub) emulator needs gcloud and Java, and .*\n$/,
    );
    expect(existsSync(old)).toBe(false);
    expect(existsSync(twin)).toBe(true);
  });
});
