/** A pack that runs every hour: revisions of the day, written where something changed. */
import { afterEach, describe, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../functions/records/documents.ts';
import type { RunDocument } from '../../functions/records/run-documents.ts';
import { openTestSystem, type TestSystem } from '../support/system/test-system.ts';
import { createWorld, execute } from '../support/system/tiny-data.ts';
import { tinyPackFiles } from '../support/system/tiny-pack.ts';

const packPath = 'rules/tiny/pack.yaml';
const hysteresis = 6;

/** Points follow the minutes of a week, a tenth each, so that noise moves them a little. */
const hourly = (margin: number): Map<string, string> => {
  const text = (path: string): string => tinyPackFiles().get(path) ?? '';
  return tinyPackFiles({
    [packPath]: text(packPath)
      .replace('zone: Asia/Tokyo', 'zone: Asia/Tokyo\nas_of: slot')
      .replace('min_confidence: 0.3', `min_confidence: 0.3\n    hysteresis: ${margin}`),
    'rules/tiny/scorecards/all.yaml': `
score: health
scorecard: all
version: 1.0.0
label: { en: All, ja: 全体 }
measures:
  - id: minutes
    metric: minutes_7d
    points: 100
    linear: { from: 0, to: 1000 }
    max_age: 3d
`,
  });
};

let system: TestSystem;
afterEach(() => system.close());

async function run(slot: string): Promise<RunDocument & { id: string }> {
  await system.clock.advance(Math.max(0, Date.parse(slot) - system.clock.now().getTime()));
  return system.run(slot);
}

/** Minutes of the day so far; the week's total of `a1` is what the caller asks for. */
const minutes = (account: string, date: string, total: number): string =>
  `UPDATE source.usage_daily SET minutes = ${total} WHERE account_id = '${account}' AND usage_date = '${date}'`;

const bandOf = async (id: string): Promise<string | null | undefined> =>
  (await system.runtime.snapshots.get(ref(accounts, id)))?.data.scores.health?.band;

const pushedBy = async (id: string): Promise<string[]> =>
  (
    await system.runtime.snapshots.query({
      collection: crmAccounts,
      where: [{ field: 'run', op: '==', value: id }],
      limit: 100,
    })
  ).map((document) => document.id);

/** `a1` is used for so many minutes that its points swing around those of `yellow`, 40. */
const swing = Array.from({ length: 24 }, (_, hour) => 400 + (hour % 2 === 0 ? 50 : -30));

/** The evening before; the rows of the day are known from its first minute on, and grow. */
async function begin(margin: number): Promise<void> {
  system = await openTestSystem({ files: hourly(margin), now: '2026-02-28T14:00:00Z' });
  await createWorld(system);
  await execute(system, [
    `UPDATE source.usage_daily SET loaded_at = '2026-02-28T15:00:00Z' WHERE usage_date = '2026-03-01'`,
  ]);
  await run('2026-02-28T14:30:00Z');
}

/** Bands of `a1`, hour by hour; whatever was written to Salesforce had changed. */
async function playDay(
  margin: number,
  hours = swing.length,
): Promise<(string | null | undefined)[]> {
  await begin(margin);
  const bands: (string | null | undefined)[] = [];
  for (const [hour, total] of swing.slice(0, hours).entries()) {
    await execute(system, [minutes('a1', '2026-03-01', total)]);
    // The local day of Tokyo begins at 15:00 UTC of the day before.
    const at = new Date(Date.parse('2026-02-28T15:30:00Z') + hour * 3_600_000).toISOString();
    const { id, date, revision, changed } = await run(at.replace('.000Z', 'Z'));
    expect({ date, revision }).toEqual({ date: '2026-03-01', revision: hour + 1 });
    bands.push(await bandOf('a1'));
    const written = await pushedBy(id);
    expect(written).toHaveLength(changed ?? -1);
    if (hour > 0) expect(written).toEqual(['a1']);
  }
  return bands;
}

describe('a pack that runs every hour', () => {
  it('keeps one row a day in the history, and a band that does not flap', async () => {
    const bands = await playDay(hysteresis);
    expect(new Set(bands).size).toBe(1);
    const rows = await system.warehouse.query(
      `SELECT date, COUNT(*) AS number FROM score_history GROUP BY date ORDER BY date`,
    );
    expect(rows).toEqual([
      { date: '2026-02-28', number: 9 },
      { date: '2026-03-01', number: 9 },
    ]);
  });

  it('would flap on the same data without hysteresis', async () => {
    const bands = await playDay(0, 4);
    expect(new Set(bands)).toEqual(new Set(['red', 'yellow']));
  });

  it('holds on to the band of the hour before, not to that of yesterday', async () => {
    await begin(hysteresis);
    expect(await bandOf('a1')).toBe('red');
    const seen: (string | null | undefined)[] = [];
    for (const [hour, total] of [440, 470, 440, 330].entries()) {
      await execute(system, [minutes('a1', '2026-03-01', total)]);
      await run(`2026-02-28T${16 + hour}:00:00Z`);
      seen.push(await bandOf('a1'));
    }
    expect(seen).toEqual(['red', 'yellow', 'yellow', 'red']);
  });
});
