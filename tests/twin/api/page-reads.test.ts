/** Pages read a bounded number of documents, however large the portfolio is and whatever people entered. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepCounts } from '../../../functions/publish/portfolio-counts.ts';
import { type Collection, ref } from '../../../functions/records/collection.ts';
import {
  accountFormat,
  crmAccounts,
  type HandOverDocument,
  handOvers,
  overrides,
} from '../../../functions/records/documents.ts';
import { entries } from '../../../functions/records/entries.ts';
import { handOverTicks } from '../../../functions/records/hand-over-ticks.ts';
import { runs } from '../../../functions/records/run-documents.ts';
import { currentRun, runOf, today } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const many = 400;
const most = 150;
const idOf = (i: number): string => `a-${String(i).padStart(4, '0')}`;
const at = (i: number): string => new Date(Date.UTC(2026, 9, 1) + i * 60_000).toISOString();

let api: TestApi;
beforeAll(async () => {
  api = await startApi({
    accounts: Array.from({ length: many }, (_, i) => ({
      id: idOf(i),
      points: i % 100,
      moved: (i % 7) - 3,
      rank: i,
      attributes: { name: `Aoba ${i}`, owner: `csm-${i % 2}` },
    })),
    history: Array.from({ length: many }, (_, i) => ({
      date: today,
      account: idOf(i),
      points: (i % 100) * 100,
      band: 'red',
    })),
  });
  const { snapshots, pack } = api.runtime;
  const put = <T>(collection: Collection<T>, id: string, data: T) =>
    snapshots.set(ref(collection, id), data);
  const rewrites = { format: accountFormat, from: 900, until: 1_000 };
  await put(runs, currentRun, runOf({ rewrites }));
  const holder = (owner: string) => ({ team: 'smb', owner });
  for (let i = 0; i < many; i += 1) {
    // One account has much of everything.
    const account = i % 2 === 0 ? idOf(i) : idOf(1);
    const common = { pack: pack.id, account, author: 'csm@example.com' };
    await put(overrides, `o-${i}`, {
      ...{ ...common, score: 'health', band: 'green', reason: 'They said so.' },
      ...{ from: at(i), until: '2027-01-01T00:00:00.000Z', withdrawn: null },
    });
    await put(entries, `e-${i}`, {
      ...{ ...common, kind: 'intervention', did: 'call', at: at(i), text: 'Called.' },
      ...{ bands: { health: 'red' }, answer: { question: 'about_to_churn', value: 'no' } },
    });
    const handOver: HandOverDocument = {
      ...{ pack: pack.id, account, number: 2, date: today, run: currentRun },
      ...{ from: holder('ann'), to: holder('ben'), occasion: 'phase' },
      why: { en: 'In use', ja: '利用中' },
      checklist: ['goals', 'people'].map((id) => ({ id, label: { en: id, ja: id } })),
    };
    await put(handOvers, `h-${i}`, handOver);
    for (const item of ['goals', 'people']) {
      await put(handOverTicks, `h-${i}~${item}~done`, {
        ...{ ...common, hand_over: `h-${i}`, item, state: 'done', at: at(i), text: null },
      });
    }
    await put(crmAccounts, idOf(i), {
      ...{ state: 'parked', record_id: null, synced_hash: null, hash: 'h', run: currentRun },
      ...{ at: at(i), code: 'STRING_TOO_LONG', reason: 'Too long.', written: {}, shown: {} },
      ...{ former: [], fields: [], since: at(i) },
    });
  }
  await keepCounts(api.runtime, { run: currentRun, date: today });
});
afterAll(() => api.close());

it.each([
  '/',
  '/accounts',
  '/accounts?sort=-moved&band=red',
  '/accounts?q=aoba',
  '/accounts?q=a-',
  '/accounts?q=nobody',
  '/accounts/a-0001',
  '/worklists/save?owner=csm-1',
  '/hand-overs',
  '/disagreements',
])('%s', async (path) => {
  api.counts.reads = 0;
  const { status } = await api.get(path);
  expect(status).toBe(200);
  expect(api.counts.reads).toBeLessThanOrEqual(most);
  expect(api.counts.reads).toBeGreaterThan(0);
});

it('the portfolio is counted once, when a run is published', async () => {
  const { warehouse } = api.runtime;
  const shown = async () => {
    const { body } = await api.get('/v1/portfolio');
    return body as { scores: { overridden: number }[] };
  };
  const before = await shown();
  api.runtime.warehouse = { ...warehouse, query: async () => Promise.reject(new Error('asked')) };
  expect(await shown()).toEqual(before);
  api.runtime.warehouse = warehouse;
  expect(before.scores[0]).toMatchObject({ accounts: many });
});
