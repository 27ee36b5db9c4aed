/** Metric SQL that cannot give one row per account is named, and nothing is scored by it. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KenkoError, messageOf } from '../../../functions/errors.ts';
import { scoreOnData } from '../../../functions/own-data/rules-data.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles, repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

const folder = join(repositoryRoot(), 'tests/support/fixtures/cdnow-500');
const file = 'sql/metrics/retail/gaps.sql';

/** What keeps the pack retail from being scored where the SQL of one group is another. */
async function failureWith(sql: string): Promise<unknown> {
  const pack = parsePack(new Map(readPackFiles('retail')).set(file, sql));
  return scoreOnData([pack], { folder, asOf: '1998-04-01T00:00:00Z' }).then(
    () => 'it was scored',
    (error: unknown) => error,
  );
}

it.each([
  [
    'rows by more than the account',
    'SELECT account_id, 1.5 AS gap_ratio FROM purchases GROUP BY account_id, purchase_date',
    `${file} gives an account more than one row; group by account_id alone`,
    /^: see 0\d+\.$/,
  ],
  [
    'a column that the table lacks',
    'SELECT account_id, MAX(discount) AS gap_ratio FROM purchases GROUP BY account_id',
    `${file} cannot be run`,
    /discount/,
  ],
  [
    'no grouping',
    'SELECT account_id, COUNT(*) AS gap_ratio FROM purchases',
    `${file} cannot be run`,
    /GROUP BY/,
  ],
  [
    'a metric by another name',
    'SELECT account_id, 1.5 AS ratio FROM purchases GROUP BY account_id',
    `${file} does not give gap_ratio as sql/metrics/retail/gaps.yaml lists it (float)`,
    /gap_ratio/,
  ],
])('names the file of metric SQL with %s', async (_, sql, sentence, said) => {
  const failure = await failureWith(sql);
  expect(failure).toBeInstanceOf(KenkoError);
  // Values stay out of what a log may hold.
  expect(failure).toMatchObject({ summary: sentence });
  expect(messageOf(failure).slice(sentence.length)).toMatch(said);
});
