/** What happens to the world while things go wrong: eight stories of a few days. */
import { enterOverride } from '../../../functions/api/entries/enter-override.ts';
import { code, hasCode } from '../../../functions/errors.ts';
import { momentOf } from '../../../functions/inputs/moments.ts';
import { runId } from '../../../functions/inputs/run-tables.ts';
import { ref } from '../../../functions/records/collection.ts';
import { overrides } from '../../../functions/records/documents.ts';
import { runs } from '../../../functions/records/run-documents.ts';
import { decideHeldRun } from '../../../functions/runs/held-runs.ts';
import { score } from '../../../functions/runs/score.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { accountIds, correctedUsage, usage } from '../../support/system/tiny-data.ts';
import { tinyPackFiles } from '../../support/system/tiny-pack.ts';
import { signalsYaml } from '../../support/system/tiny-signals.ts';
import { comparison, type Deployment, type Simulation, type WorldEvent } from './simulation.ts';

export const start = '2026-03-01T12:00:00Z';

/** An account that is in one revision of a date only; whether it was ever shown is up to the weather. */
export const ghost = 'ghost';

const world = (at: string, name: string, statements: readonly string[]): WorldEvent => ({
  at,
  name,
  world: ({ warehouse }) =>
    warehouse.transaction(async (connection) => {
      for (const statement of statements) await connection.run(statement);
    }),
});

const slot = (at: string, scheduled = at): WorldEvent => ({
  at,
  name: `score ${scheduled}`,
  ask: (runtime) => score(runtime, { slot: scheduled, body: {} }),
});

/** Whole days lie between the slots of two dates: the one before has been asked for by then. */
const slotAfter = (before: string, at: string, scheduled: string): WorldEvent => ({
  at,
  name: `score ${scheduled}`,
  ask: async (runtime) => {
    const id = runId('tiny', 'scheduled', momentOf(before, runtime.pack));
    if (!(await runtime.snapshots.get(ref(runs, id)))) throw new Error('it is not time yet');
    return score(runtime, { slot: scheduled, body: {} });
  },
});

/** Accounts over two weeks; one of them is refused by Salesforce as it is. */
const beginningWith = (accounts: readonly string[]): WorldEvent[] => [
  {
    at: start,
    name: 'the world begins',
    world: async ({ warehouse, salesforce }) => {
      await warehouse.transaction(async (connection) => {
        await connection.run(`CREATE TABLE source.accounts (account_id VARCHAR, name VARCHAR,
          owner VARCHAR, valid_from TIMESTAMPTZ, valid_to TIMESTAMPTZ)`);
        await connection.run(`CREATE TABLE source.usage_daily (account_id VARCHAR, usage_date DATE,
          active_users BIGINT, minutes BIGINT, actions BIGINT, errors BIGINT, loaded_at TIMESTAMPTZ)`);
        for (const [i, account] of accounts.entries()) {
          const owner = i === 7 ? 'x'.repeat(300) : `csm-${i % 2}@example.com`;
          await connection.run(
            `INSERT INTO source.accounts VALUES ('${account}', 'Account', '${owner}', NULL, NULL)`,
          );
          for (let day = 0; day < 15; day += 1) {
            const date = new Date(Date.UTC(2026, 1, 15 + day)).toISOString().slice(0, 10);
            await connection.run(usage(account, date, i + (day % 2), 8 * i));
          }
        }
      });
      salesforce.seedAccounts(
        accounts.map((account) => ({ Kenko_Account_Id__c: account, Name: account })),
      );
    },
  },
  slot('2026-03-01T17:00:00Z'),
];
const beginning = beginningWith(accountIds);
/** So many that a change of most of them is no everyday event. */
const manyIds = [...accountIds, 'b1', 'b2', 'b3'];

/** Three accounts move, one for the better. */
const movement = (date: string): string[] =>
  accountIds.map((account, i) =>
    usage(account, date, i === 2 ? 9 : i === 8 ? 0 : i, i === 1 ? 400 : 8 * i),
  );
const lateRow = (date: string): string[] => correctedUsage('a4', date, 12, 500);
const leaves = (account: string, at: string): string[] => [
  `UPDATE source.accounts SET valid_to = '${at}' WHERE account_id = '${account}'`,
];

/** A person sets the band of an account, not before the one set `after` is known. */
const override = (
  at: string,
  { account, band, until }: { account: string; band: string; until: string },
  after?: string,
): WorldEvent => ({
  at,
  name: `a person sets ${account} to ${band}`,
  ask: async (runtime) => {
    const known = await runtime.snapshots.query({
      collection: overrides,
      where: [{ field: 'pack', op: '==', value: 'tiny' }],
      limit: 10,
    });
    const isKnown = known.some(({ data }) => data.account === account && data.band === after);
    if (after !== undefined && !isKnown) {
      throw new Error('one thing after the other');
    }
    const reason = 'The sponsor has left, or perhaps not.';
    const request = { score: 'health', band, reason, author: 'csm@example.com', until };
    return enterOverride(runtime, account, request, `${account}-${band}-${at}`);
  },
});

const beforeTheEnd = '2026-03-04T00:00:00Z';
const afterTheEnd = '2026-03-31T00:00:00Z';

/** Two schedulers, revisions that overlap, an absence, an override, a backfill, a comparison. */
const ordinaryDays: WorldEvent[] = [
  ...beginning,
  slot('2026-03-01T17:00:01Z', '2026-03-01T17:00:00Z'),
  world('2026-03-02T15:00:00Z', 'usage of 2 March', movement('2026-03-02')),
  slot('2026-03-02T17:00:00Z'),
  override('2026-03-02T17:00:02Z', { account: 'a5', band: 'red', until: beforeTheEnd }),
  world('2026-03-02T17:00:03Z', 'a late row of 2 March', lateRow('2026-03-02')),
  slot('2026-03-02T17:00:05Z'),
  world('2026-03-03T15:00:00Z', 'usage of 3 March, and one leaves', [
    ...movement('2026-03-03'),
    ...leaves('a7', '2026-03-03T06:00:00Z'),
  ]),
  slot('2026-03-03T17:00:00Z'),
  {
    at: '2026-03-03T20:00:00Z',
    name: 'the nightly comparison',
    ask: (runtime) => comparison(runtime, '2026-03-03T20:00:00Z'),
  },
  world('2026-03-04T15:00:00Z', 'usage of 4 March', [
    ...movement('2026-03-04'),
    ...lateRow('2026-03-04'),
  ]),
  slot('2026-03-04T17:00:00Z'),
  slot('2026-03-04T18:00:00Z'),
];

/** Days so close to each other that their runs overlap. */
const crowdedDays: WorldEvent[] = [
  ...beginning,
  world('2026-03-01T17:00:02Z', 'three days of usage arrive at once', [
    ...movement('2026-03-02'),
    ...movement('2026-03-03'),
    ...lateRow('2026-03-03'),
    ...movement('2026-03-04'),
  ]),
  slot('2026-03-02T17:00:00Z'),
  slotAfter('2026-03-02T17:00:00Z', '2026-03-02T17:00:01Z', '2026-03-03T17:00:00Z'),
  slotAfter('2026-03-02T17:00:00Z', '2026-03-02T17:00:01Z', '2026-03-03T18:00:00Z'),
  slotAfter('2026-03-03T17:00:00Z', '2026-03-02T17:00:02Z', '2026-03-04T17:00:00Z'),
];

/** A feed holds an account by mistake for some hours: one revision of a date has it, the next not. */
const shrinkingDays: WorldEvent[] = [
  ...beginning,
  world('2026-03-02T15:00:00Z', 'usage of 2 March, and an account too many', [
    ...movement('2026-03-02'),
    `INSERT INTO source.accounts VALUES ('${ghost}', 'Test', 'csm-0@example.com', NULL, NULL)`,
    usage(ghost, '2026-03-02', 9, 900),
  ]),
  {
    at: '2026-03-02T15:00:01Z',
    name: 'a record names it',
    world: async ({ salesforce }) => {
      salesforce.seedAccounts([{ Kenko_Account_Id__c: ghost, Name: ghost }]);
    },
  },
  slot('2026-03-02T17:00:00Z'),
  world('2026-03-02T17:30:00Z', 'it is gone, and so is another', [
    `DELETE FROM source.accounts WHERE account_id IN ('${ghost}', 'a3')`,
    `DELETE FROM source.usage_daily WHERE account_id IN ('${ghost}', 'a3')`,
  ]),
  slot('2026-03-02T18:00:00Z'),
  world('2026-03-03T15:00:00Z', 'usage of 3 March', movement('2026-03-03')),
  slot('2026-03-03T17:00:00Z'),
];

const collapse = (date: string): string[] => [
  'DELETE FROM source.usage_daily',
  ...manyIds.map((account) => usage(account, date, 0, 0)),
];
const recovery = (date: string): string[] => [
  'DELETE FROM source.usage_daily',
  ...manyIds.map((account, i) => usage(account, date, i, 8 * i)),
];
const heldSlot = '2026-03-02T17:00:00Z';

/** A run is held, and the next day's goes on from before. */
const heldDays: WorldEvent[] = [
  ...beginningWith(manyIds),
  world('2026-03-02T15:00:00Z', 'nobody used anything', collapse('2026-03-02')),
  slot(heldSlot),
  world('2026-03-03T15:00:00Z', 'it was a mistake of the feed', recovery('2026-03-03')),
  slot('2026-03-03T17:00:00Z'),
  world('2026-03-04T15:00:00Z', 'usage of 4 March', movement('2026-03-04')),
  slot('2026-03-04T17:00:00Z'),
];

/** A run is held, and a person lets it through. */
const releasedDays: WorldEvent[] = [
  ...beginningWith(manyIds),
  world('2026-03-02T15:00:00Z', 'nobody used anything', collapse('2026-03-02')),
  slot(heldSlot),
  {
    at: '2026-03-02T19:00:00Z',
    name: 'a person releases it',
    ask: async (runtime) => {
      const id = runId('tiny', 'scheduled', momentOf(heldSlot, runtime.pack));
      const decision = { author: 'ops@example.com', reason: 'It is true.' } as const;
      try {
        await decideHeldRun(runtime, id, { action: 'release', ...decision });
      } catch (error) {
        // Not held yet: people try again, too.
        if (hasCode(error, code.conflict)) throw new Error('not yet', { cause: error });
        throw error;
      }
    },
  },
  slot('2026-03-03T17:00:00Z'),
];

/** Rules and code are deployed while a run is under way; both score as before. */
const deployedDays: WorldEvent[] = [
  ...beginning,
  world('2026-03-02T15:00:00Z', 'usage of 2 March', movement('2026-03-02')),
  slot('2026-03-02T17:00:00Z'),
  {
    at: '2026-03-02T17:00:02Z',
    name: 'other code is deployed',
    world: async (simulation: Simulation) => simulation.deploy({ engineHash: 'engine-2' }),
  },
  {
    at: '2026-03-02T17:00:03Z',
    name: 'other rules are deployed',
    world: async (simulation: Simulation) =>
      simulation.deploy({ ...deploymentOf('Tiny, renamed'), engineHash: 'engine-2' }),
  },
  world('2026-03-03T15:00:00Z', 'usage of 3 March', [
    ...movement('2026-03-03'),
    ...leaves('a7', '2026-03-03T06:00:00Z'),
  ]),
  slot('2026-03-03T17:00:00Z'),
];

const feedLands = (at: string): WorldEvent[] => [
  ...beginning,
  world('2026-03-02T15:00:00Z', 'usage of 2 March', movement('2026-03-02')),
  slot('2026-03-02T17:00:00Z'),
  world(at, 'a feed is corrected for all accounts at once', [
    'UPDATE source.usage_daily SET minutes = minutes + 160, active_users = active_users + 3',
  ]),
];

/** One account changes again and again, faster than messages travel, and back to what it was. */
const restlessAccount: WorldEvent[] = [
  ...beginning,
  override('2026-03-01T18:00:00Z', { account: 'a6', band: 'red', until: afterTheEnd }),
  override('2026-03-01T18:00:10Z', { account: 'a6', band: 'green', until: afterTheEnd }, 'red'),
  override('2026-03-01T18:00:40Z', { account: 'a6', band: 'yellow', until: afterTheEnd }, 'green'),
  override('2026-03-01T18:00:50Z', { account: 'a6', band: 'green', until: afterTheEnd }, 'yellow'),
];

interface Scenario {
  events: readonly WorldEvent[];
  /** The same at another time: whichever comes first in the storm, the state is one of the two. */
  otherwise?: readonly WorldEvent[];
}

export const scenarios: Record<string, Scenario> = {
  'a feed lands': {
    events: feedLands('2026-03-02T17:00:02Z'),
    otherwise: feedLands('2026-03-02T16:59:00Z'),
  },
  'a restless account': { events: restlessAccount },
  'ordinary days': { events: ordinaryDays },
  'crowded days': { events: crowdedDays },
  'a run held': { events: heldDays },
  'a run released': { events: releasedDays },
  'a revision with fewer accounts': { events: shrinkingDays },
  'a deployment': { events: deployedDays },
};

/** One that accounts come into by the movement of the second day, beside those of the tests. */
const signals = `${signalsYaml}
  - id: much
    label: { en: Much use, ja: 利用が多い }
    severity: info
    when: metrics.minutes_7d >= 400
    recovers: metrics.minutes_7d < 300
    cooldown: 1d
    hints: { en: [Why?], ja: [なぜか] }
    action: { en: Call them., ja: 電話する。 }
    to: [{ slack: alerts }, task]
`;

/** The tiny pack under a label. */
export function deploymentOf(label: string): Deployment {
  const path = 'rules/tiny/pack.yaml';
  const text = tinyPackFiles().get(path) ?? '';
  const packFiles = tinyPackFiles({
    [path]: text.replace('en: Tiny,', `en: "${label}",`),
    'rules/tiny/signals.yaml': signals,
  });
  return { pack: parsePack(packFiles), packFiles, engineHash: 'engine-1' };
}
