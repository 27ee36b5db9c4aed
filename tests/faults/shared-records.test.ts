/** Packs whose accounts carry the ids of their records: what the team's own table says may be wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FieldData } from '../../functions/local/salesforce/record-table.ts';
import { shortId } from '../../functions/ports/record-ids.ts';
import { ref } from '../../functions/records/collection.ts';
import { crmAccounts } from '../../functions/records/documents.ts';
import { type HandEditedOrg, openOrg, openWorld, type World } from '../support/hand-edits/world.ts';

let org: HandEditedOrg;
let world: World;
let r1: string;
let r2: string;
beforeEach(async () => {
  org = await openOrg({ byColumn: true });
  world = await openWorld(org);
  [r1, r2] = [await world.make({}), await world.make({})];
  await point('b', r2);
  await point('a', r1);
  await world.sweepAndDeliver();
});
afterEach(async () => {
  world.close();
  await org.close();
});

async function point(account: string, record: string): Promise<void> {
  world.pointers.set(account, record);
  await world.show(account);
}
const shownOn = (id: string): unknown => world.byId(id)?.Kenko_Name__c ?? null;
const written = (id: string): FieldData['x'] => world.byId(id)?.LastModifiedDate ?? null;
const stateOf = async (account: string) =>
  (await world.snapshots.get(ref(crmAccounts, account)))?.data;

describe('case 01: two accounts on one record', () => {
  it('are named, not alternated: neither is written, until one of them lets it go', async () => {
    expect([shownOn(r1), shownOn(r2)]).toEqual(['Name of a', 'Name of b']);
    await point('b', r1);
    for (let sweep = 0; sweep < 3; sweep += 1) await world.sweepAndDeliver();
    expect(await stateOf('b')).toMatchObject({
      ...{ state: 'parked', code: 'shared-record' },
      reason: `Account ${r1} is the account a's, too: mend salesforce_id of one of them.`,
    });
    const before = written(r1);
    await world.show('a');
    for (let night = 0; night < 3; night += 1) {
      await world.sweepAndDeliver();
      await world.night();
    }
    expect([shownOn(r1), written(r1), shownOn(r2)]).toEqual(['Name of a', before, null]);
    await point('a', r2);
    await world.sweepAndDeliver();
    await world.night();
    await world.sweepAndDeliver();
    expect([shownOn(r1), shownOn(r2)]).toEqual(['Name of b', 'Name of a']);
  });

  it.each([
    ['18', (id: string) => id, shortId],
    ['15', shortId, (id: string) => id],
  ])(
    'are two, also where the one that was there has an id of %s characters',
    async (_, mine, others) => {
      await point('a', mine(r1));
      await world.sweepAndDeliver();
      await point('b', others(r1));
      for (let sweep = 0; sweep < 3; sweep += 1) await world.sweepAndDeliver();
      expect(await stateOf('b')).toMatchObject({ state: 'parked', code: 'shared-record' });
      expect(shownOn(r1)).toBe('Name of a');
    },
  );

  it('leave nothing of a third, whose it was, on a record that neither is written to', async () => {
    for (const account of ['b', 'c']) await point(account, r1);
    await point('a', await world.make({}));
    for (let night = 0; night < 3; night += 1) {
      await world.sweepAndDeliver();
      await world.night();
    }
    expect([(await stateOf('b'))?.code, (await stateOf('c'))?.code]).toEqual([
      'shared-record',
      'shared-record',
    ]);
    expect(shownOn(r1)).toBe(null);
  });

  it('that change places within one run are written at once, in whatever order', async () => {
    world.pointers.set('a', r2);
    await world.show('a');
    await world.deliver(0);
    expect((await stateOf('a'))?.state).toBe('pending');
    await point('b', r1);
    await world.sweepAndDeliver();
    await world.sweepAndDeliver();
    expect([shownOn(r1), shownOn(r2)]).toEqual(['Name of b', 'Name of a']);
  });

  it('of which one left are no two: its record is the other’s, and nothing is refused', async () => {
    await world.show('a', { isAbsent: true });
    await point('b', r1);
    for (let sweep = 0; sweep < 3; sweep += 1) await world.sweepAndDeliver();
    expect(shownOn(r1)).toBe('Name of b');
    expect([(await stateOf('a'))?.state, (await stateOf('b'))?.state]).toEqual([
      'synced',
      'synced',
    ]);
  });
});

it('a record that the table does not name any more is found by the comparison, without a message', async () => {
  const r3 = await world.make({});
  world.pointers.set('a', r3);
  await world.publish('a', { isSame: true });
  await world.night();
  expect(world.entries.at(-1)).toMatchObject({ event: 'records-differ', moved: 1, unsent: 0 });
  await world.sweepAndDeliver();
  await world.night();
  expect([shownOn(r1), shownOn(r3)]).toEqual([null, 'Name of a']);
});
