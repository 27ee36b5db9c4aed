/** What data shows of rules that read well: coverage, noise, twins, stale feeds, exemplars. */
import { describe, expect, it } from 'vitest';
import { dataFindings } from '../../../functions/evidence/data-findings.ts';
import { rankCorrelation } from '../../../functions/evidence/rank-correlation.ts';
import type { InputRow } from '../../../functions/scorecard/engine/input-batch.ts';
import { layoutOf } from '../../../functions/scorecard/engine/layout.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { allFresh, filesWith, score } from '../../support/small-pack.ts';

const use = 'rules/small/scorecards/use.yaml';

/** Forty accounts that differ in everything, with what a test changes. */
function accounts(change: (row: InputRow, i: number) => InputRow = (row) => row): InputRow[] {
  return Array.from({ length: 40 }, (_, i) =>
    change(
      {
        account_id: `a-${i}`,
        present: true,
        users: i % 14,
        error_rate: ((i * 7) % 10) / 10,
        seats: 20,
        proficiency: ['low', 'middle', 'high'][i % 3] ?? null,
        overdue: false,
      },
      i,
    ),
  );
}

function findingsOf(
  rows: readonly InputRow[],
  changes: (readonly [path: string, from: string, to: string])[] = [],
  extra: { exemplars?: string; groupAges?: Record<string, number | null> } = {},
) {
  const files = filesWith(...changes);
  if (extra.exemplars) files.set('rules/small/exemplars.yaml', extra.exemplars);
  const pack = parsePack(files);
  const groupAges = extra.groupAges ?? Object.fromEntries(allFresh);
  const groupAgeDays = new Map(Object.entries(groupAges));
  return dataFindings(pack, {
    date: '2026-02-02',
    layout: layoutOf(pack),
    rows: new Map([['health', score(pack, rows, { groupAgeDays }).rows]]),
    groupAges,
  });
}

const found = (findings: ReturnType<typeof findingsOf>, rule: string) =>
  findings.filter((finding) => finding.rule === rule);

describe('findings on data', () => {
  it('are none that matter where every measure is known and tells accounts apart', () => {
    const findings = findingsOf(accounts());
    expect(findings.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  });

  it('N5: tell a measure that is known for few, by its points', () => {
    const rows = accounts((row, i) => (i % 4 === 0 ? row : { ...row, error_rate: null }));
    const [thin] = found(findingsOf(rows), 'thin-data');
    expect(thin).toMatchObject({ file: use, line: 18, severity: 'warning' });
    expect(thin?.message).toContain('errors (30 of 100 points) is known for 25% of 40 accounts');
  });

  it('N5: tell not asked from bad', () => {
    const rows = accounts((row, i) => (i % 4 === 0 ? row : { ...row, proficiency: null }));
    const lookup = 'missing: { points: 10 }';
    const asBad = found(findingsOf(rows, [[use, lookup, 'missing: zero']]), 'thin-data');
    expect(asBad[0]?.message).toContain('as if not asked yet were bad');
    const asSome = found(findingsOf(rows), 'thin-data');
    expect(asSome[0]?.message).toContain('earn 10 of 30 points without being known');
  });

  it('N5: tell rare but known from unknown', () => {
    const rows = accounts((row, i) => ({ ...row, error_rate: i === 0 ? 0.9 : 0 }));
    const findings = findingsOf(rows);
    expect(found(findings, 'thin-data')).toEqual([]);
    const [rare] = found(findings, 'rarely-moves');
    expect(rare).toMatchObject({ file: use, severity: 'hint' });
    expect(rare?.message).toContain('is known, but gives 98% of the accounts 30 points');
  });

  it('T8: find a measure that gives everybody the same', () => {
    const rows = accounts((row) => ({ ...row, error_rate: 0.05 }));
    expect(found(findingsOf(rows), 'never-moves')).toMatchObject([
      { file: use, line: 18, severity: 'warning' },
    ]);
  });

  it('T8: find two measures that rank accounts alike', () => {
    const rows = accounts((row, i) => ({ ...row, users: i, error_rate: 1 - i / 50 }));
    const [twins] = found(findingsOf(rows), 'same-ranking');
    expect(twins?.message).toContain('rank correlation -1.00');
    expect(twins?.message).toContain('70 points hang on one thing');
  });

  it('T5: find data that is not refreshed, whether it still counts or not', () => {
    const groupAges = { usage: 9, contract: 0 };
    const stale = found(findingsOf(accounts(), [], { groupAges }), 'stale-input');
    const messages = stale.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringContaining('so it is missing for every account'));
    expect(messages).toContainEqual(expect.stringContaining('and counts all the same'));
  });

  it('find a table that is missing, steps and bands without accounts, and cards for nobody', () => {
    const gone = findingsOf(accounts(), [], { groupAges: { usage: null, contract: 0 } });
    expect(found(gone, 'no-data').map(({ line }) => line)).toContain(18);
    expect(found(gone, 'many-unknown')).toHaveLength(1);
    const weak = findingsOf(accounts((row) => ({ ...row, users: 3, error_rate: 0.9 })));
    expect(found(weak, 'unreached-step')[0]?.message).toContain('5, 10 of users');
    expect(found(weak, 'empty-band').map(({ message }) => message)).toContainEqual(
      expect.stringContaining('band green'),
    );
    expect(found(weak, 'unused-scorecard')).toMatchObject([{ severity: 'hint' }]);
  });

  it('N4: block where an account does not come out as people know it', () => {
    const exemplars = `- { account: a-13, score: health, at_least: green, why: Ours. }
- { account: a-0, score: health, at_most: yellow, why: Never used. }
- { account: zz, score: health, at_most: red, why: Gone. }
`;
    const rows = accounts((row, i) =>
      i === 13 ? { ...row, error_rate: 0, proficiency: 'high' } : row,
    );
    const fine = findingsOf(rows, [], { exemplars });
    expect(found(fine, 'exemplar')).toEqual([]);
    expect(found(fine, 'exemplar-absent')).toMatchObject([{ line: 3, severity: 'block' }]);
    const strict = findingsOf(rows, [[use, '[5, 20], [10, 40]', '[50, 20], [90, 40]']], {
      exemplars,
    });
    expect(found(strict, 'exemplar')).toMatchObject([
      { file: 'rules/small/exemplars.yaml', line: 1, severity: 'block' },
    ]);
    expect(found(strict, 'exemplar')[0]?.message).toContain('must be at least green: Ours.');
  });
});

describe('an exemplar that checks nothing', () => {
  const exemplars = '- { account: a-13, score: health, at_most: green, why: Ours. }\n';

  it('blocks where there is no such account, or it has left', () => {
    const others = accounts().filter((row) => row.account_id !== 'a-13');
    const left = accounts((row, i) => (i === 13 ? { ...row, present: false } : row));
    for (const rows of [others, left]) {
      expect(found(findingsOf(rows, [], { exemplars }), 'exemplar-absent')).toMatchObject([
        { severity: 'block', message: expect.stringContaining('no account a-13') },
      ]);
    }
  });

  it('is warned of where no scorecard applies to the account', () => {
    const only: [string, string, string] = [use, 'points: 100', 'applies_to: metrics.seats > 99'];
    const findings = findingsOf(accounts(), [only], { exemplars });
    expect(found(findings, 'exemplar-absent')).toEqual([]);
    expect(found(findings, 'exemplar-unscored')).toMatchObject([{ severity: 'warning' }]);
  });
});

describe('rank correlation', () => {
  it('sees order alone, with ties at the mean of their ranks', () => {
    expect(
      rankCorrelation([
        [1, 1],
        [2, 10],
        [3, 1000],
      ]),
    ).toBe(1);
    expect(
      rankCorrelation([
        [1, 9],
        [2, 8],
        [3, 1],
      ]),
    ).toBe(-1);
    expect(
      rankCorrelation([
        [1, 1],
        [1, 2],
        [2, 2],
      ]),
    ).toBeCloseTo(0.5, 10);
    expect(
      rankCorrelation([
        [1, 4],
        [2, 4],
      ]),
    ).toBeUndefined();
  });
});
