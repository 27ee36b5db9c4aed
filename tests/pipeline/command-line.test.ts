/** The commands on the demo, as a user types them. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dayMs } from '../../functions/calendar.ts';
import { runSummary } from '../../functions/cli/run/run-summary.ts';
import { serveAdmin } from '../../functions/cli/session/admin.ts';
import { openOwnSession, stateFolder } from '../../functions/cli/session/open-session.ts';
import { Rejected } from '../../functions/errors.ts';
import { reconciliationDocument } from '../../functions/records/documents.ts';
import { kenko } from '../support/system/command-line.ts';

let folder: string;
let state: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-cli-'));
  state = ['--state', join(folder, 'state')];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every file below a folder, byte by byte. */
function bytesBelow(parent: string): Map<string, string> {
  const files = readdirSync(parent, { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

const slot = '2026-03-02T17:00:00Z';
const demo = ['--accounts', '40'];

describe('kenko run', () => {
  it('makes demo data up to the slot first, with history behind it', async () => {
    const done = await kenko('run', '--slot', slot, '--json', ...demo, ...state);
    const summary = runSummary.parse(JSON.parse(done.stdout));
    expect(done.status).toBe(0);
    expect(summary).toMatchObject({ state: 'finished', date: '2026-03-02', parked: 0 });
    expect(summary.accounts).toBeGreaterThan(20);
    expect(summary.changed).toBe(summary.pushed);
    const runs = JSON.parse((await kenko('runs', '--json', ...state)).stdout) as { kind: string }[];
    expect(runs.filter((run) => run.kind === 'backfill')).toHaveLength(9);
  });

  it('does nothing for the same slot, and for a new slot on unchanged data', async () => {
    for (const again of [slot, '2026-03-02T17:30:00Z']) {
      const done = await kenko('run', '--slot', again, '--json', ...demo, ...state);
      expect(JSON.parse(done.stdout)).toMatchObject({ state: 'finished', changed: 0, pushed: 0 });
    }
  });

  it('goes on by a day without a slot, and pushes what changed', async () => {
    const done = await kenko('run', '--json', ...demo, ...state);
    const summary = runSummary.parse(JSON.parse(done.stdout));
    expect(summary.date).toBe('2026-03-03');
    // What a document keeps for worklists may change alone, and Salesforce is not told of that.
    expect(summary.pushed).toBeGreaterThan(0);
    expect(summary.pushed).toBeLessThanOrEqual(summary.changed);
    expect(summary.changed).toBeLessThan(summary.accounts);
  });
});

describe('commands that look', () => {
  it('explain an account in either language, with parts that sum', async () => {
    const [account] = JSON.parse((await kenko('accounts', '--json', ...state)).stdout) as {
      id: string;
    }[];
    const id = account?.id ?? '';
    const answer = JSON.parse((await kenko('explain', id, '--json', ...state)).stdout);
    for (const score of answer.scores) {
      const sum = score.measures.reduce(
        (total: number, measure: { contribution: number | null }) =>
          total + Math.round((measure.contribution ?? 0) * 100),
        0,
      );
      if (score.points !== null) expect(sum).toBe(Math.round(score.points * 100));
    }
    expect((await kenko('explain', id, '--lang', 'ja', ...state)).stdout).toContain('ヘルススコア');
  });

  it('compare Salesforce with the results: nothing differs', async () => {
    const { status, stdout } = await kenko('reconcile', '--json', ...state);
    const found = reconciliationDocument.parse(JSON.parse(stdout));
    expect(status).toBe(0);
    expect(found.compared).toBeGreaterThan(20);
    expect(found.differing.count + found.missing.count).toBe(0);
    expect((await kenko('reconcile', ...state)).stdout).toContain('differ: sent again');
  });

  it('say that Salesforce refuses nothing, and refuse to retry what is not parked', async () => {
    expect((await kenko('sync', ...state)).stdout).toBe('Salesforce refuses no account.\n');
    expect(JSON.parse((await kenko('sync', 'retry', '--json', ...state)).stdout)).toEqual({
      ...{ sent: 0, parked: [] },
    });
    const { stdout } = await kenko('sync', 'preview', '--limit', '7', ...state);
    expect(stdout).toBe(
      '0 fields of 0 records would change; 7 accounts were looked at, and nothing was written.\n',
    );
    const { status, stderr } = await kenko('sync', 'retry', 'nobody', ...state);
    expect([status, stderr]).toEqual([2, 'kenko: There is no account "nobody".\n']);
  });

  it('examine the state folder: nothing is wrong, and not a byte of it changes', async () => {
    const before = bytesBelow(join(folder, 'state'));
    expect(before.size).toBeGreaterThan(3);
    const { status, stdout } = await kenko('doctor', '--json', ...state);
    const report = JSON.parse(stdout) as { passed: boolean; findings: { outcome: string }[] };
    expect(report.findings.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(report.passed).toBe(true);
    expect(status).toBe(0);
    expect(bytesBelow(join(folder, 'state'))).toEqual(before);
  });

  it('examine it by way of the process that works on it, and say what is wrong', async () => {
    const own = { pack: 'saas', state: join(folder, 'state'), accounts: 0 };
    const session = await openOwnSession(own, () => undefined);
    const stop = await serveAdmin(stateFolder(own), session);
    try {
      expect((await kenko('doctor', ...state)).stdout).toContain('\n0 problems, 0 warnings, 0 not');
      const run = async () => Promise.reject(new Rejected('not-found', 'It is gone.'));
      const doctor = vi.spyOn(session, 'doctor').mockImplementation(run);
      expect(await kenko('doctor', ...state)).toMatchObject({
        status: 2,
        stderr: 'kenko: It is gone.\n',
      });
      expect(doctor).toHaveBeenCalledOnce();

      const file = join(stateFolder(own), 'server.json');
      const server = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...server, records: 'of yesterday' }));
      const refused = await kenko('accounts', ...state);
      expect(refused).toMatchObject({ status: 2, stdout: '' });
      expect(refused.stderr).toMatch(/was started before its code changed.* start it again\.\n$/);
    } finally {
      await stop();
      await session.close();
    }
  });

  it('examine a deployment that says nothing of itself, in either language', async () => {
    const { status, stdout } = await kenko('doctor', '--deployed', '--lang', 'ja');
    expect(status).toBe(1);
    expect(stdout).toContain('KENKO_PACK is missing');
    expect(stdout).toMatch(/未確認 ソーステーブル: 先に「環境変数」を直してください。/);
    expect(stdout).toMatch(/問題 \d 件、注意 0 件、未確認 1\d 件\n$/);
    expect((await kenko('doctor', '--deployed', ...state)).status).toBe(2);
  });

  it('set a band for a limited time, which the account then tells of', async () => {
    const [{ id }] = JSON.parse((await kenko('accounts', '--json', ...state)).stdout);
    const asked = ['override', id, '--reason', 'They pay for others', '--author', 'csm', ...state];
    const until = new Date(Date.now() + 90 * dayMs).toISOString().slice(0, 10);
    const set = await kenko(...asked, '--band', 'excellent', '--until', until);
    expect(set).toMatchObject({ status: 0, stdout: expect.stringContaining(`until ${until}`) });
    // The day counts to its end, in the pack's own zone.
    const { scores } = JSON.parse((await kenko('explain', id, '--json', ...state)).stdout);
    expect(scores[0].override.until).toBe(`${until}T15:00:00.000Z`);
    const told = await kenko('explain', id, ...state);
    expect(told.stdout).toMatch(/Excellent[\s\S]*They pay for others/);
    const unknown = await kenko(...asked, '--band', 'splendid', '--until', until);
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('splendid') });
    const never = await kenko(...asked, '--band', 'good', '--until', '2026-02-30');
    expect(never).toMatchObject({ status: 2, stderr: expect.stringContaining('--until') });
    const back = ['withdraw', id, '--reason', 'They do not', '--author', 'lead', ...state];
    const taken = await kenko(...back);
    expect(taken).toMatchObject({
      ...{ status: 0, stderr: '' },
      stdout: 'The band that csm set is taken back by lead: They do not\n',
    });
    const { scores: now } = JSON.parse((await kenko('explain', id, '--json', ...state)).stdout);
    expect(now[0].override).toBeNull();
    expect(await kenko(...back)).toMatchObject({
      ...{ status: 2, stdout: '' },
      stderr: `kenko: Nobody has set a band of "health" for account "${id}".\n`,
    });
  });

  it('decide only about a run that is held, and only with a reason', async () => {
    const [run] = JSON.parse((await kenko('runs', '--json', ...state)).stdout) as { id: string }[];
    const id = run?.id ?? '';
    const refused = await kenko('runs', 'release', id, '--reason', 'why not', ...state);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toBe(
      `kenko: Run ${id} is finished; only a held run is released or discarded, and one whose copy into the history failed discarded.\n`,
    );
    expect((await kenko('runs', 'discard', id, ...state)).status).toBe(2);
    const unknown = await kenko('runs', 'discard', 'no-such-run', '--reason', 'x', ...state);
    expect(unknown.stderr).toBe('kenko: There is no run no-such-run.\n');
  });

  it('move a pack only from a name that it had', async () => {
    const because = ['--reason', 'It is called saas now.', ...state];
    expect((await kenko('packs', 'move', 'crm', 'saas', ...state)).status).toBe(2);
    const never = await kenko('packs', 'move', 'crm', 'saas', ...because);
    expect([never.status, never.stderr]).toEqual([
      2,
      'kenko: There is no pack crm of which a run was closed.\n',
    ]);
    const itself = await kenko('packs', 'move', 'saas', 'saas', ...because);
    expect(itself.stderr).toMatch(/saas runs here: deploy the pack under its new name/);
  });

  it('list dead letters: there are none', async () => {
    expect((await kenko('dead-letters', 'list', ...state)).stdout).toBe('No dead letters.\n');
  });
});

describe('wrong input', () => {
  const cases: Record<string, { args: () => string[]; sentence: RegExp }> = {
    'an unknown account': {
      args: () => ['explain', 'nobody', ...state],
      sentence: /no account "nobody"/,
    },
    'an unknown pack': {
      args: () => ['run', '--pack', 'nothing', ...state],
      sentence: /There is no pack "nothing"; choose one of .*saas/,
    },
    'a state folder without results': {
      args: () => ['runs', '--state', join(folder, 'empty')],
      sentence: /no results of pack "saas"/,
    },
    'a demo without accounts': {
      args: () => ['run', '--accounts', '0', ...state],
      sentence: /a whole number above 0 is expected/,
    },
    'a slot that is no instant': {
      args: () => ['run', '--slot', 'tomorrow', ...state],
      sentence: /slot is "tomorrow"; an instant with a zone/,
    },
    'a date that is none': {
      args: () => ['backfill', '--from', '2026-02-30', '--to', '2026-03-01', ...state],
      sentence: /--from is "2026-02-30"; a date is expected/,
    },
    'a range that runs backwards': {
      args: () => ['backfill', '--from', '2026-02-20', '--to', '2026-02-01', ...state],
      sentence: /is after/,
    },
    'an unknown queue': {
      args: () => ['dead-letters', 'list', '--queue', 'nothing', ...state],
      sentence: /no queue "nothing"; choose one of score-shards/,
    },
    'a folder that is not there': {
      args: () => ['data', 'check', join(folder, 'nowhere')],
      sentence: /nowhere/,
    },
    'an unknown option': { args: () => ['run', '--fast'], sentence: /unknown option '--fast'/ },
    'a number that is none': {
      args: () => ['run', '--accounts', 'many', ...state],
      sentence: /whole number above 0/,
    },
  };
  for (const [name, { args, sentence }] of Object.entries(cases)) {
    it(`gets one sentence and exit code 2: ${name}`, async () => {
      const { status, stderr } = await kenko(...args());
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(status).toBe(2);
    });
  }
});
