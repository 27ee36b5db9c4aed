/** The latest change with all its measures: long lists end in a line that sums the rest. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanationText } from '../../../functions/cli/people/explain.ts';
import { packDetails, unpackDetails } from '../../../functions/records/account-details.ts';
import { accountAnswer, shortened } from '../../../functions/records/api/accounts.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts } from '../../../functions/records/documents.ts';
import { accountOf } from '../../support/api/documents.ts';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

/** Hundredths: in doubles, 0.01 and -0.13 do not add up to what people add up. */
const deltas = [500, -300, 120, 80, -70, 40, 30, -13, 11, 7, 5, -3, 2, 1];
const total = deltas.reduce((sum, delta) => sum + delta, 0);

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ accounts: [] });
  await store('all', deltas);
  await store('fewer', deltas.slice(0, 12));
});
afterAll(() => api.close());

/** An account that moved by `total`, of which these measures are kept. */
async function store(id: string, kept: readonly number[]): Promise<void> {
  const document = accountOf({ id, points: 50, moved: total / 100 });
  const details = unpackDetails(document.details);
  const { health } = details;
  const [first] = health?.deltas ?? [];
  if (!health || !first) throw new Error('the account moved');
  health.deltas = kept.map((delta, i) => ({
    ...{ ...first, id: `m${i}`, delta },
    label: { en: `Measure ${i}`, ja: `項目${i}` },
  }));
  const stored = { ...document, details: packDetails(details) };
  await api.runtime.snapshots.set(ref(accounts, id), stored);
}

const answerOf = async (id: string) =>
  accountAnswer.parse((await api.get(`/v1/accounts/${id}`)).body);

/** Signed figures of a text, in hundredths. */
const figures = (texts: readonly (string | undefined)[]): number[] =>
  texts.map((text) => Math.round(Number(text?.replace('−', '-').replace('+', '')) * 100));
const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);

describe('the latest change', () => {
  it('has all its measures in the API, and a line for what was not kept', async () => {
    const change = async (id: string) => (await answerOf(id)).scores[0]?.change;
    const all = await change('all');
    expect(all?.measures.map(({ delta }) => Math.round(delta * 100))).toEqual(deltas);
    expect(all?.total).toBe(total / 100);
    const fewer = await change('fewer');
    expect(fewer?.measures).toHaveLength(13);
    expect(fewer?.measures.at(-1)).toMatchObject({ id: 'others', delta: 0.03 });
  });

  it.each(['all', 'fewer'])('sums to the total in the command line: %s', async (id) => {
    for (const [lang, others] of [
      ['en', /^\d others$/],
      ['ja', /^他\d項目$/],
    ] as const) {
      const lines = explanationText(await answerOf(id), lang, false).split('\n');
      const first = lines.findIndex((line) => line.includes('(2026-11-22:'));
      const shown = lines.slice(first + 1, first + 9).map((line) => line.trim().split('  '));
      expect(sum(figures(shown.map(([figure]) => figure)))).toBe(total);
      expect(shown.at(-1)?.[1]).toMatch(others);
    }
  });

  it.each(['all', 'fewer'])('sums to the total on the page: %s', async (id) => {
    const { text } = await api.get(`/accounts/${id}?lang=en`);
    const [health = ''] = text.split('id="score-approach"');
    const effects = [...health.matchAll(/data-label="Effect"[^>]*>(.*?)<\/td>/g)].map(
      ([, cell = '']) => cell.replaceAll(/<[^>]*>|[▲▼ ]/g, ''),
    );
    expect(effects).toHaveLength(10);
    expect(sum(figures(effects))).toBe(total);
    expect(health).toMatch(/<th scope="row">\d others<\/th>/);
  });
});

describe('a shortened list', () => {
  const measures = deltas.map((delta, i) => ({ id: `m${i}`, delta: delta / 100 }) as never);

  it('of few measures is as it is', () => {
    expect(shortened(measures.slice(0, 5), 5)).toEqual(measures.slice(0, 5));
  });

  it('ends in the exact sum of all that it leaves out, however long', () => {
    for (let most = 1; most < deltas.length; most++) {
      const short = shortened(measures, most);
      expect(short).toHaveLength(most);
      const rest = sum(deltas.slice(most - 1)) / 100;
      const left = deltas.length - most + 1;
      expect(short.at(-1)).toMatchObject({ delta: rest, label: { en: `${left} others` } });
    }
  });
});
