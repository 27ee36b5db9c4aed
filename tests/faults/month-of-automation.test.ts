/**
 * Six hundred accounts on an org whose flows and triggers fail now and then, and whose service does
 * so too: a month of days, each with changes, sweeps and a night.
 */
import { afterEach, expect, it } from 'vitest';
import { ref } from '../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../functions/records/documents.ts';
import { crmFields } from '../../functions/sync/crm-fields.ts';
import type { Fault } from '../support/contracts/salesforce-org.ts';
import { type Draws, drawsFrom } from '../support/evidence/draws.ts';
import {
  externalId,
  type HandEditedOrg,
  openOrg,
  openWorld,
  ourFields,
  type World,
} from '../support/hand-edits/world.ts';

const names = Array.from({ length: 600 }, (_, i) => `acc-${String(i).padStart(3, '0')}`);
const days = 30;
const share = 0.3;
/** Refused by a validation rule for good: somebody has to mend its record. */
const hopeless = 'acc-123';

let org: HandEditedOrg;
afterEach(() => org.close());

const lock = {
  statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  message:
    'rollup_AccountTrigger: execution of AfterUpdate\n\ncaused by: System.DmlException: Update failed. First exception on row 0 with id 001000000000001AAA; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []',
  fields: [],
};
const refusal = {
  statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  message: 'Industry is missing',
  fields: ['Industry'],
};
const serviceFaults: Fault[] = [
  { status: 503, body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Busy' }] },
  { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'An error occurred' }] },
  'drop-before',
  'drop-after',
  'short-answer',
];

/** Accounts that a new rule refuses for some days, until somebody mends it; one stays refused. */
const ruled = new Set(names.filter((name, i) => name === hopeless || i % 40 === 0));

/** What fails on a day. */
function weather(day: number, draws: Draws): void {
  const { salesforce } = org;
  const locks = draws.whether(0.6) ? 0.15 : 0;
  const isStormy = day > 0 && draws.whether(0.4);
  const isRuled = (day >= 8 && day < 12) || (day >= 20 && day < 22);
  salesforce.automation.mostRows = day === 0 || draws.whether(0.5) ? 100 : undefined;
  salesforce.automation.onSave = (record) => {
    const name = String(record[externalId]);
    if (name === hopeless || (isRuled && ruled.has(name))) return refusal;
    return draws.whether(locks) ? lock : undefined;
  };
  salesforce.fault = ({ url }) => {
    if (!isStormy || !url.startsWith('/services/data/') || !draws.whether(0.2)) return undefined;
    return serviceFaults[Math.floor(draws.uniform() * serviceFaults.length)];
  };
  if (draws.whether(0.2)) salesforce.expireSessions();
  salesforce.usage.used = day > 0 && draws.whether(0.1) ? salesforce.usage.limit * 0.9 : 0;
}

async function aDay(world: World, changed: readonly string[]): Promise<void> {
  for (const name of changed) await world.publish(name);
  world.tell(changed);
  for (let sweep = 0; sweep < 4; sweep += 1) {
    await world.sweepAndDeliver();
    await org.clock.advance(3 * 3_600_000);
  }
  await world.night();
  await world.sweepAndDeliver();
  await org.clock.advance(12 * 3_600_000);
}

async function parkedIn({ snapshots }: World): Promise<string[]> {
  const where = [{ field: 'state', op: '==' as const, value: 'parked' }];
  const found = await snapshots.query({ collection: crmAccounts, where, limit: 1_000 });
  return found.map(({ id }) => id);
}

/** Accounts whose record does not show them. */
async function wrongIn({ snapshots, pack, salesforce }: World): Promise<string[]> {
  const { salesforce: mapping } = pack;
  if (!mapping) throw new Error('there is no mapping');
  const records = new Map(salesforce.accounts().map((one) => [one[externalId], one]));
  const documents = await snapshots.getAll(names.map((name) => ref(accounts, name)));
  return names.filter((name, i) => {
    const document = documents[i]?.data;
    const right = document ? crmFields(mapping, document) : {};
    return ourFields.some((field) => (records.get(name)?.[field] ?? null) !== right[field]);
  });
}

it.each([1, 2])(
  'case 04: after a month every record is right, and nothing is parked that could be written (%i)',
  async (seed) => {
    org = await openOrg();
    const draws = drawsFrom(seed);
    const world = await openWorld(org);
    try {
      for (let first = 0; first < names.length; first += 200) {
        await org.salesforce.admin('POST', '/composite/sobjects', {
          records: names.slice(first, first + 200).map((name) => ({
            attributes: { type: 'Account' },
            ...{ Name: name, [externalId]: name },
          })),
        });
      }
      for (let day = 0; day < days; day += 1) {
        weather(day, draws);
        const changed = day === 0 ? names : names.filter(() => draws.whether(share));
        await aDay(world, changed);
        // Locks, limits and outages wait; only what a rule refuses is parked, or was until tonight.
        const parked = await parkedIn(world);
        expect(parked.filter((name) => !ruled.has(name))).toEqual([]);
        // The first is one of triggers alone, which manage 100 rows and lock others: all goes through.
        if (day === 0) expect(await wrongIn(world)).toEqual([hopeless]);
      }
      // Two calm days: what people mended stays mended.
      for (let day = 0; day < 2; day += 1) {
        org.salesforce.fault = () => undefined;
        org.salesforce.automation.mostRows = undefined;
        org.salesforce.automation.onSave = (record) =>
          record[externalId] === hopeless ? refusal : undefined;
        org.salesforce.usage.used = 0;
        await aDay(world, []);
      }
      expect(await parkedIn(world)).toEqual([hopeless]);
      expect(await wrongIn(world)).toEqual([hopeless]);
    } finally {
      world.close();
    }
  },
);
