/** A version of the rules that is only looked at: shown beside the live one, sent nowhere. */
import { afterEach, describe, expect, it } from 'vitest';
import { candidateText, movesText } from '../../functions/cli/rules/candidate.ts';
import { getJson } from '../../functions/cli/session/http-client.ts';
import { inputsTable } from '../../functions/inputs/run-tables.ts';
import {
  type CandidateAnswer,
  candidateAnswer,
  candidateMoves,
} from '../../functions/records/api/candidate.ts';
import { candidates, partsOf } from '../../functions/records/candidate-documents.ts';
import { ref } from '../../functions/records/collection.ts';
import { days } from '../../functions/records/run-documents.ts';
import { episodes } from '../../functions/records/signal-documents.ts';
import { parseCandidate } from '../../functions/scorecard/language/candidate.ts';
import { parsePack } from '../../functions/scorecard/language/parse/pack.ts';
import { finalState } from '../support/system/final-state.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import {
  accountIds,
  createWorld,
  execute,
  furtherAccounts,
  furtherIds,
  usage,
} from '../support/system/tiny-data.ts';
import { signalPackFiles, watchedSignals } from '../support/system/tiny-signals.ts';

let system: TestSystem;
afterEach(() => system.close());

const watched = {
  'rules/tiny/signals.yaml': watchedSignals,
  'rules/tiny/pack.yaml': `${signalPackFiles().get('rules/tiny/pack.yaml')}breaker: { share: 0.5 }\n`,
};
const live = signalPackFiles(watched);
const cardPath = 'rules/tiny/scorecards/all.yaml';
/** Four of twelve accounts would move: a2 and a3 to red, a5 and a6 to yellow. */
const stricterCard = (live.get(cardPath) ?? '')
  .replace('version: 1.0.0', 'version: 2.0.0')
  .replace('[50, 20], [150, 40]', '[50, 10], [150, 20]');
const stricter = signalPackFiles({ ...watched, [cardPath]: stricterCard });

const candidateOf = (files: Map<string, string>, beside = live) =>
  parseCandidate(parsePack(beside), files, new Map());

async function begin(candidate?: Map<string, string>): Promise<void> {
  system = await openTestSystem({ files: live });
  if (candidate) system.runtime.candidate = candidateOf(candidate);
  await createWorld(system);
  await furtherAccounts(system);
}

const day = (date: string): Promise<void> =>
  execute(system, [
    ...accountIds.map((account, i) => usage(account, date, i, 8 * i)),
    ...furtherIds.map((account) => usage(account, date, 6, 60)),
  ]);

async function sweeps(times = 3): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await system.clock.advance(11 * 60_000);
    await system.sweep(system.clock.now().toISOString());
    await system.settle();
  }
}

/** A live run to its end, and what follows within the hour. */
async function liveRun(date: string) {
  const run = await system.run(`${date}T17:00:00Z`);
  await sweeps();
  return run;
}

/** Packs of which a comparison is kept. */
const kept = async (): Promise<string[]> =>
  (await system.runtime.snapshots.query({ collection: candidates, limit: 10 })).map(({ id }) => id);

const callsMeasure = `
  - id: calls
    metric: calls_7d
    points: 10
    steps: [[0, 0], [1, 10]]
`;
const callsCard = `
score: calls
scorecard: calls
version: 1.0.0
label: { en: Calls, ja: 電話 }
measures:${callsMeasure}`;
const callsGroup = {
  'sql/metrics/tiny/calls.yaml': `
group: calls
sources: [usage_daily]
metrics:
  - id: calls_7d
    type: int
    direction: higher
    nullable: true
    label: { en: Days of use, ja: 利用日数 }
    description: { en: Days of use., ja: 利用日数。 }
`,
  'sql/metrics/tiny/calls.sql': `
SELECT account_id, COUNT(*) AS calls_7d
FROM usage_daily
WHERE usage_date > DATE_SUB(@date, INTERVAL 7 DAY)
GROUP BY account_id
`,
};

async function shown(): Promise<NonNullable<CandidateAnswer['candidate']>> {
  const { candidate } = candidateAnswer.parse(await getJson(`${system.url('api')}/v1/candidate`));
  if (!candidate) throw new Error('no candidate is shown');
  return candidate;
}

describe('a candidate', () => {
  it('is shown beside the live rules: who would stand in another band, how many, and why', async () => {
    await begin(stricter);
    expect(await shown()).toMatchObject({ state: 'waiting', comparison: null });
    const { id } = await liveRun('2026-03-01');
    const { state, versions, comparison } = await shown();
    expect(state).toBe('compared');
    expect(versions).toEqual([
      { score: 'health', scorecard: 'all', live: '1.0.0', candidate: '2.0.0' },
    ]);
    expect(comparison).toMatchObject({ run: id, date: '2026-03-01', accounts: 12 });
    const [health] = comparison?.scores ?? [];
    expect(health).toMatchObject({ accounts: 12, moved: 4, up: { accounts: 0 } });
    expect(health?.movements).toEqual([
      { from: 'green', to: 'yellow', accounts: 2, revenue: null },
      { from: 'yellow', to: 'red', accounts: 2, revenue: null },
    ]);
    expect(
      health?.movers
        .map(({ account, live: now, candidate: then }) => [account, now.band?.id, then.band?.id])
        .sort(),
    ).toEqual([
      ['a2', 'yellow', 'red'],
      ['a3', 'yellow', 'red'],
      ['a5', 'green', 'yellow'],
      ['a6', 'green', 'yellow'],
    ]);
    const mover = health?.movers.find(({ account }) => account === 'a5');
    expect(mover).toMatchObject({
      name: 'Account 5',
      way: 'down',
      causes: [{ measure: 'minutes', delta: -20 }],
    });
  });

  it('is a page in both languages and a text of the command line, with names, bands and causes', async () => {
    await begin(stricter);
    const page = async (lang: string) =>
      (await fetch(`${system.url('api')}/candidate?lang=${lang}`)).text();
    expect(await page('en')).toContain('compared within minutes of the next run');
    await liveRun('2026-03-01');
    const [en, ja] = [await page('en'), await page('ja')];
    expect(en).toContain('4 of 12 accounts would stand in another band');
    expect(en).toContain('all: 1.0.0 → 2.0.0');
    expect(en).toMatch(/Account 5<\/a>.*Green.*Yellow.*Minutes \(7 days\).*▼ −20/s);
    expect(ja).toContain('12件中4件のバンドが変わります');
    expect(ja).toMatch(/Account 5<\/a>.*緑.*黄.*利用時間（7日間）.*▼ −20/s);
    expect(en).toMatch(/<a href="\/candidate\?lang=en" aria-current="page">Candidate<\/a>/);
    const candidate = await shown();
    const text = candidateText('tiny', candidate, 'en');
    expect(text).toMatch(/From live to candidate, as of 2026-03-01/);
    expect(text).toMatch(/Account 5 \(a5\) +Green +Yellow +\d+ → \d+ +Minutes \(7 days\) −20/);
    expect(text).toContain('Nothing of it is sent');
    expect(candidateText('tiny', candidate, 'ja')).toMatch(/緑 +黄 .*利用時間（7日間） −20/);
    const account = async (id: string) =>
      (await fetch(`${system.url('api')}/accounts/${id}?lang=en`)).text();
    expect(await account('a5')).toMatch(
      /Candidate<\/h2>.*Green.*→.*Yellow.*Minutes \(7 days\).*▼ −20/s,
    );
    expect(await account('a1')).not.toContain('Candidate</h2>');
    delete system.runtime.candidate;
    expect(await page('en')).toContain('No version waits beside the live rules.');
    expect(await account('a5')).not.toContain('Candidate</h2>');
    expect(await (await fetch(`${system.url('api')}/?lang=en`)).text()).not.toContain('/candidate');
    expect(candidateText('tiny', null, 'en')).toContain('rules/tiny/candidate');
  });

  it('names every account that it would move, page by page, and each by itself', async () => {
    await begin(stricter);
    await liveRun('2026-03-01');
    const ask = async (path: string) =>
      candidateMoves.parse(await getJson(`${system.url('api')}/v1/${path}`));
    const pages = [];
    let next: string | undefined;
    do {
      const page = await ask(`candidate/accounts?limit=1${next ? `&cursor=${next}` : ''}`);
      expect(page).toMatchObject({ date: '2026-03-01', left_out: 0 });
      expect(page.moves.length).toBeLessThan(2);
      pages.push(...page.moves);
      next = page.next;
    } while (next !== undefined);
    expect(pages.map(({ account }) => account)).toEqual(['a2', 'a3', 'a5', 'a6']);
    const { moves, ...whole } = await ask('candidate/accounts');
    expect(moves).toEqual(pages);
    expect(whole).toEqual({ date: '2026-03-01', left_out: 0 });
    expect((await ask('accounts/a3/candidate')).moves).toEqual([pages[1]]);
    expect((await ask('accounts/a1/candidate')).moves).toEqual([]);
    expect((await ask('accounts/!/candidate')).moves).toEqual([]);
    expect(movesText(pages, 3, 'ja')).toMatch(
      /a5 +Account 5 +health +緑 \(\d+\) +黄 \(\d+\) +利用時間（7日間） −20.*3 件/s,
    );
    system.runtime.candidate = candidateOf(live);
    expect(await ask('candidate/accounts')).toEqual({ date: null, moves: [], left_out: 0 });
  });

  it('is sent nowhere, and the live results, notices and records are the same to the byte', async () => {
    const threeDays = async (candidate?: Map<string, string>) => {
      await begin(candidate);
      const states = [];
      for (const date of ['2026-03-01', '2026-03-02', '2026-03-03']) {
        if (date !== '2026-03-01') await day(date);
        states.push((await liveRun(date)).moves);
      }
      const compared = (await system.runtime.snapshots.get(ref(candidates, 'tiny')))?.data.latest;
      const { snapshots } = system.runtime;
      const left = {
        ...(await finalState(system)),
        moves: states,
        episodes: (await snapshots.query({ collection: episodes, limit: 100 })).map(
          ({ id, data }) => ({ id, ...data }),
        ),
        days: (await snapshots.query({ collection: days, limit: 100 })).map(({ data }) => data),
        messages: system.slack.messages().map(({ channel, text }) => ({ channel, text })),
        tasks: system.salesforce
          .tasks()
          .map(({ Subject, WhatId, Description }) => ({ Subject, WhatId, Description })),
      };
      return { compared, left: JSON.stringify(left) };
    };
    const beside = await threeDays(stricter);
    expect(beside.compared).toMatchObject({ date: '2026-03-03', accounts: 12 });
    await system.close();
    const alone = await threeDays();
    expect(alone.compared).toBeUndefined();
    expect(beside.left).toBe(alone.left);
    expect(alone.left).toContain('In red');
  });

  it('moves those whom the switch then moves, and is none any more once it is live', async () => {
    await begin(stricter);
    await liveRun('2026-03-01');
    const before = await shown();
    const expected = before.comparison?.scores[0]?.moved;
    system.runtime.packFiles = stricter;
    system.runtime.pack = parsePack(stricter);
    expect(system.runtime.pack.hash).toBe(before.rules_hash);
    expect(await shown()).toMatchObject({ state: 'same', comparison: null, versions: [] });
    await day('2026-03-02');
    expect((await liveRun('2026-03-02')).moves).toMatchObject({ band_changed: expected });
    // Nothing is kept of a comparison that nobody sees any more.
    expect(await kept()).toEqual([]);
  });

  it('is compared anew after every live run, and when either version changes', async () => {
    await begin(stricter);
    const { id: first } = await liveRun('2026-03-01');
    await day('2026-03-02');
    const { snapshots } = system.runtime;
    const latest = async () =>
      (await snapshots.get(ref(candidates, 'tiny')))?.data.latest?.id ?? '';
    const before = await latest();
    const { id: second } = await liveRun('2026-03-02');
    await sweeps(1);
    expect(await snapshots.count({ collection: partsOf('tiny', before) })).toBe(0);
    expect(await snapshots.count({ collection: partsOf('tiny', await latest()) })).toBe(4);
    expect(second).not.toBe(first);
    expect((await shown()).comparison).toMatchObject({ run: second, date: '2026-03-02' });

    const milder = signalPackFiles({
      ...watched,
      [cardPath]: stricterCard.replace('[50, 10]', '[50, 20]').replace('2.0.0', '2.1.0'),
    });
    system.runtime.candidate = candidateOf(milder);
    expect(await shown()).toMatchObject({ state: 'waiting', comparison: null });
    await sweeps();
    const changed = await shown();
    expect(changed.comparison).toMatchObject({ run: second });
    expect(changed.comparison?.scores[0]).toMatchObject({ moved: 2 });

    // Other live rules: what was found beside the ones before says nothing any more.
    const other = signalPackFiles({
      ...watched,
      'rules/tiny/bands.yaml': (live.get('rules/tiny/bands.yaml') ?? '').replace(
        'from: 40',
        'from: 30',
      ),
    });
    system.runtime.packFiles = other;
    system.runtime.pack = parsePack(other);
    await sweeps();
    expect(await shown()).toMatchObject({ state: 'waiting', comparison: null });
    await day('2026-03-03');
    await liveRun('2026-03-03');
    expect((await shown()).comparison).toMatchObject({ date: '2026-03-03' });
    expect(await kept()).toEqual(['tiny']);
  });

  it('that is discarded leaves nothing', async () => {
    await begin(stricter);
    await liveRun('2026-03-01');
    expect(await kept()).toEqual(['tiny']);
    const { snapshots } = system.runtime;
    const found = await snapshots.get(ref(candidates, 'tiny'));
    if (!found) throw new Error('nothing is kept');
    const id = found.data.latest?.id ?? '';
    // The pack had another name once.
    await snapshots.set(ref(candidates, 'small'), { ...found.data, pack: 'small' });
    await sweeps(1);
    expect(await kept()).toEqual(['tiny']);
    expect(await snapshots.count({ collection: partsOf('tiny', id) })).toBe(4);
    delete system.runtime.candidate;
    await sweeps(1);
    expect(await kept()).toEqual([]);
    expect(await snapshots.count({ collection: partsOf('tiny', id) })).toBe(0);
    expect(await getJson(`${system.url('api')}/v1/candidate`)).toEqual({ candidate: null });
  });

  it('of the same results moves nobody', async () => {
    await begin(
      signalPackFiles({
        ...watched,
        [cardPath]: (live.get(cardPath) ?? '').replace('version: 1.0.0', 'version: 1.1.0'),
      }),
    );
    await liveRun('2026-03-01');
    await day('2026-03-02');
    await liveRun('2026-03-02');
    const { comparison } = await shown();
    expect(comparison?.scores[0]).toMatchObject({ accounts: 12, changed: 0, moved: 0, movers: [] });
  });

  it('tells apart whom only the hysteresis of the live rules keeps: a new version begins without', async () => {
    const kept = {
      ...watched,
      'rules/tiny/pack.yaml': watched['rules/tiny/pack.yaml'].replace(
        'points: 100',
        'points: 100\n    hysteresis: 25',
      ),
    };
    const card = (live.get(cardPath) ?? '').replace('version: 1.0.0', 'version: 1.1.0');
    system = await openTestSystem({ files: signalPackFiles(kept) });
    system.runtime.candidate = candidateOf(
      signalPackFiles({ ...kept, [cardPath]: card }),
      signalPackFiles(kept),
    );
    await createWorld(system);
    await furtherAccounts(system);
    await liveRun('2026-03-01');
    expect((await shown()).comparison?.scores[0]).toMatchObject({ moved: 0, boundary: 0 });
    await day('2026-03-02');
    await execute(system, ["UPDATE source.usage_daily SET minutes = 20 WHERE account_id = 'a9'"]);
    await liveRun('2026-03-02');
    const candidate = await shown();
    const [health] = candidate.comparison?.scores ?? [];
    expect(health).toMatchObject({ changed: 0, moved: 1, boundary: 1 });
    expect(health?.movers).toMatchObject([
      {
        account: 'a9',
        why: 'boundary',
        live: { band: { id: 'green' } },
        candidate: { band: { id: 'yellow' } },
      },
    ]);
    expect(candidateText('tiny', candidate, 'en')).toContain(
      '1 of them only since bands close to a boundary are kept',
    );
    const page = await (await fetch(`${system.url('api')}/candidate?lang=ja`)).text();
    expect(page).toContain('境界付近（運用中は前回のバンドを維持）');
  });

  it('is held against what the live run saw, though late data has come since', async () => {
    await begin(stricter);
    await liveRun('2026-03-01');
    // Two weeks without data: the live run knows no band any more.
    const { state } = await system.run('2026-03-14T17:00:00Z');
    expect(state).toBe('finished');
    await day('2026-03-14');
    await sweeps();
    const { date, scores = [] } = (await shown()).comparison ?? {};
    expect(date).toBe('2026-03-14');
    expect(scores[0]?.bands.find(({ id }) => id === 'unknown')).toMatchObject({
      ...{ live: 12, candidate: 12 },
    });
  });

  it('of a pack by the hour is compared with the newest revision of the day, which its bands are not kept by', async () => {
    const text = watched['rules/tiny/pack.yaml']
      .replace('zone: Asia/Tokyo', 'zone: Asia/Tokyo\nas_of: slot')
      .replace('points: 100', 'points: 100\n    hysteresis: 25');
    const hourly = { ...watched, 'rules/tiny/pack.yaml': text };
    const card = (live.get(cardPath) ?? '').replace('version: 1.0.0', 'version: 1.1.0');
    system = await openTestSystem({ files: signalPackFiles(hourly) });
    const other = signalPackFiles({ ...hourly, [cardPath]: card });
    system.runtime.candidate = candidateOf(other, signalPackFiles(hourly));
    await createWorld(system);
    await furtherAccounts(system);
    await system.run('2026-03-01T13:00:00Z');
    await sweeps(1);
    const first = await shown();
    expect(first.comparison?.scores[0]).toMatchObject({ moved: 0 });
    await execute(system, ["UPDATE source.usage_daily SET minutes = 20 WHERE account_id = 'a9'"]);
    const { id } = await system.run('2026-03-01T14:00:00Z');
    await sweeps();
    const second = await shown();
    expect(second.comparison?.run).toBe(id);
    expect(second.comparison?.date).toBe(first.comparison?.date);
    expect(second.comparison?.scores[0]).toMatchObject({ moved: 1, boundary: 1 });
  });

  it('may add a score and read metrics that the live rules do not', async () => {
    await begin(
      signalPackFiles({
        ...watched,
        'rules/tiny/pack.yaml': watched['rules/tiny/pack.yaml'].replace(
          'attributes:',
          '  - id: calls\n    label: { en: Calls, ja: 電話 }\n    points: 10\n    min_confidence: 0\nattributes:',
        ),
        'rules/tiny/bands.yaml': `${live.get('rules/tiny/bands.yaml')}calls:\n  - { id: few, from: 0, label: { en: Few, ja: 少 } }\n  - { id: many, from: 5, label: { en: Many, ja: 多 } }\n`,
        'rules/tiny/scorecards/calls.yaml': callsCard,
        ...callsGroup,
      }),
    );
    await liveRun('2026-03-01');
    const { scores = [] } = (await shown()).comparison ?? {};
    expect(scores.map(({ score, exists }) => [score, exists])).toEqual([
      ['health', 'both'],
      ['calls', 'new'],
    ]);
    expect(scores[1]?.bands.reduce((sum, band) => sum + band.candidate, 0)).toBe(12);
  });
});

describe('a candidate that fails', () => {
  it('says why, is not tried again, and keeps nothing of the live rules waiting', async () => {
    await begin(
      signalPackFiles({
        ...watched,
        [cardPath]: `${live.get(cardPath)}${callsMeasure}`,
        ...callsGroup,
        'sql/metrics/tiny/calls.sql':
          'SELECT account_id, nothing AS calls_7d FROM usage_daily GROUP BY account_id',
      }),
    );
    const run = await liveRun('2026-03-01');
    expect(run.state).toBe('finished');
    expect(await shown()).toMatchObject({
      state: 'failed',
      failure: {
        code: 'invalid-data',
        date: '2026-03-01',
        message: expect.stringContaining('sql/metrics/tiny/calls.sql'),
      },
    });
    await sweeps();
    const failures = system.entries.filter(({ event }) => event === 'candidate-failed');
    expect(failures).toHaveLength(1);
    expect(failures[0]?.severity).toBe('WARNING');
    expect(system.entries.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
    expect(await system.bus.deadLetters()).toEqual([]);
  });

  it('on the way is taken up by a later sweep', async () => {
    await begin(stricter);
    await system.run('2026-03-01T17:00:00Z');
    const { warehouse } = system.runtime;
    let lost = 0;
    system.runtime.warehouse = Object.assign(Object.create(warehouse), {
      read(request: Parameters<typeof warehouse.read>[0]) {
        if (String(request.table).includes('candidate') && lost < 3) {
          lost += 1;
          throw new Error('the process is gone');
        }
        return warehouse.read(request);
      },
    });
    await sweeps();
    expect(lost).toBe(3);
    expect((await shown()).comparison?.scores[0]).toMatchObject({ moved: 4 });
    await sweeps(1);
    const { snapshots } = system.runtime;
    const { latest } = (await snapshots.get(ref(candidates, 'tiny')))?.data ?? {};
    expect(await snapshots.count({ collection: partsOf('tiny', latest?.id ?? '') })).toBe(4);
    expect(
      await system.warehouse.describe(inputsTable(latest?.id ?? '', { attempt: 1 })),
    ).toBeUndefined();
  });
});
