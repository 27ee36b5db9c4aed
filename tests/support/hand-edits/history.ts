/** Histories of what people do in Salesforce while Kenko writes to it, and what has to hold in the end. */
import fc from 'fast-check';
import type { FieldData } from '../../../functions/local/salesforce/record-table.ts';
import { sameRecord, shortId } from '../../../functions/ports/record-ids.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts } from '../../../functions/records/documents.ts';
import { isOutside } from '../../../functions/sync/pilot.ts';
import {
  accountNames,
  child,
  externalId,
  type Fault,
  ourFields,
  stranger,
  type World,
} from './world.ts';

const names = [...accountNames, stranger, null];
const typed = 'typed by somebody';

/** What an administrator or a user does to records. */
type Edit =
  | { do: 'name'; record: number; as: number }
  | { do: 'swap'; record: number; other: number }
  | { do: 'delete' | 'restore'; record: number }
  | { do: 'merge'; record: number; into: number; takesId: boolean; takesValues: boolean }
  | { do: 'make'; as: number }
  | { do: 'copy'; record: number; as: number }
  | { do: 'type'; record: number; field: number }
  /** Of a record below the Account, where fields stand there. */
  | { do: 'drop'; record: number }
  | { do: 'move'; record: number; to: number };
/** What else happens at any time: other results, and messages side by side. */
type Other =
  | { do: 'change' | 'leave'; account: number }
  | { do: 'sync'; message: number }
  /** The team's own table names another record; where a field of the record names accounts, it says nothing. */
  | { do: 'point'; account: number; record: number; inShort: boolean };
export type Step =
  | Edit
  | Other
  | { do: 'reconcile' }
  | { do: 'fail'; how: Fault }
  /** While Kenko is at work: before one of its calls. */
  | { do: 'meanwhile'; call: number; happens: Edit | Other };

const small = fc.nat({ max: 5 });
const as = fc.nat({ max: names.length - 1 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('name' as const), record: small, as }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('swap' as const), record: small, other: small }),
  },
  fc.record({ do: fc.constantFrom('delete' as const, 'restore' as const), record: small }),
  fc.record({
    ...{ do: fc.constant('merge' as const), record: small, into: small },
    ...{ takesId: fc.boolean(), takesValues: fc.boolean() },
  }),
  fc.record({ do: fc.constant('make' as const), as }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy' as const), record: small, as }) },
  fc.record({ do: fc.constant('type' as const), record: small, field: fc.nat({ max: 1 }) }),
  fc.record({ do: fc.constant('drop' as const), record: small }),
  fc.record({ do: fc.constant('move' as const), record: small, to: small }),
);
const account = fc.nat({ max: accountNames.length - 1 });
const other: fc.Arbitrary<Other> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change' as const), account }) },
  fc.record({ do: fc.constant('leave' as const), account }),
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('point' as const), account, record: small },
      // Tables hold ids of 15 characters as well as of 18.
      inShort: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sync' as const), message: small }) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: edit },
  { weight: 6, arbitrary: other },
  { weight: 2, arbitrary: fc.constant({ do: 'reconcile' as const }) },
  fc.record({
    do: fc.constant('fail' as const),
    how: fc.constantFrom<Fault>('not-sent', 'answer-lost', 'row-refused', 'not-kept'),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('meanwhile' as const), call: fc.integer({ min: 1, max: 4 }) },
      happens: fc.oneof(edit, other),
    }),
  },
);
export const history: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 4, maxLength: 14 });

/** Every account with a record, all of them synced but those whose messages are on their way. */
export async function play(world: World, steps: readonly Step[]): Promise<void> {
  for (const name of accountNames) {
    const record = await world.make({ [externalId]: name });
    if (isByColumn(world)) world.pointers.set(name, record);
    await world.show(name);
  }
  await world.sweepAndDeliver();
  for (const step of steps) await take(world, step);
  world.noMoreFaults();
}

async function take(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'change':
    case 'leave':
      return world.show(accountNames[step.account] ?? 'a', { isAbsent: step.do === 'leave' });
    case 'point': {
      if (!isByColumn(world)) return;
      const name = accountNames[step.account] ?? 'a';
      const at = world.recordAt(step.record);
      if (at !== undefined) world.pointers.set(name, step.inShort ? shortId(at) : at);
      return world.show(name);
    }
    case 'sync':
      return world.deliver(step.message);
    case 'reconcile':
      return world.night();
    case 'fail':
      return world.fail(step.how);
    case 'meanwhile':
      return world.interrupt(step.call, () => take(world, step.happens));
    default:
      return editRecords(world, step);
  }
}

async function editRecords(world: World, edit: Edit): Promise<void> {
  if (edit.do === 'make') {
    await world.make({ [externalId]: names[edit.as] ?? null });
    return;
  }
  const id = world.recordAt(edit.record);
  const record = world.byId(id);
  switch (edit.do) {
    case 'name':
      return world.edit(id, { [externalId]: names[edit.as] ?? null });
    case 'swap': {
      const other = world.byId(world.recordAt(edit.other));
      if (!record || !other || record.Id === other.Id) return;
      await world.edit(String(record.Id), { [externalId]: other[externalId] ?? null });
      return world.edit(String(other.Id), { [externalId]: record[externalId] ?? null });
    }
    case 'delete':
      return id === undefined ? undefined : world.remove(id);
    case 'restore':
      return id === undefined ? undefined : world.restore(id);
    case 'merge': {
      const winner = world.byId(world.recordAt(edit.into));
      if (!record || !winner || record.Id === winner.Id) return;
      const isNamed = edit.takesId ? record[externalId] : winner[externalId];
      const takesValues = edit.takesValues && !isOnChildren(world);
      const taken = takesValues ? world.shows(record) : {};
      if (takesValues) world.copied(String(record.Id), String(winner.Id));
      const values = { ...taken, [externalId]: isNamed ?? null };
      return world.merge(String(record.Id), String(winner.Id), values);
    }
    case 'copy': {
      if (!record) return;
      const named = { [externalId]: names[edit.as] ?? null };
      const copy = await world.make(
        isOnChildren(world) ? named : { ...world.shows(record), ...named },
      );
      if (isOnChildren(world)) await world.copyBelow(record, copy);
      return world.copied(String(record.Id), copy);
    }
    case 'type':
      return world.type(id, { [ourFields[edit.field] ?? '']: typed });
    case 'drop': {
      const below = world.below(id);
      if (!below) return;
      await world.salesforce.admin('DELETE', `/sobjects/${child.object}/${below.Id}`);
      return;
    }
    case 'move': {
      const [below, to] = [world.below(id), world.byId(world.recordAt(edit.to))];
      if (!below || !to) return;
      return world.editChild(String(below.Id), { [child.lookup]: to.Id ?? null });
    }
  }
}

const isAccount = (name: unknown): boolean => accountNames.some((one) => one === name);
const isOnChildren = ({ pack }: World): boolean => Boolean(pack.salesforce?.child);
const oursOf = (record: FieldData): FieldData =>
  Object.fromEntries(ourFields.map((name) => [name, record[name] ?? null]));

/**
 * What is wrong after some quiet nights: nothing, where every record that names an account shows
 * exactly that, and every other one nothing of ours.
 */
export async function wrongInTheEnd(world: World): Promise<string[]> {
  for (let night = 0; night < 4; night += 1) {
    await world.sweepAndDeliver();
    await world.night();
  }
  await world.sweepAndDeliver();
  const wrong: string[] = [];
  for (const record of world.salesforce.accounts()) {
    const { owners, isContested } = await claimsOn(world, record);
    const shown = world.shows(record);
    const is = `${record.Id} of ${owners.join(' and ') || 'nobody'} shows ${JSON.stringify(shown)}`;
    const [owner] = owners;
    const right =
      owner === undefined || isContested ? 'nothing of ours' : await wanted(world, owner);
    if (right !== 'nothing of ours') {
      const isRight = JSON.stringify(shown) === JSON.stringify(right);
      if (!isRight) wrong.push(`${is} instead of ${JSON.stringify(right)}`);
      continue;
    }
    // Where it is not clear whose it is, nothing is written, and what stood may stay.
    const mayStay = (field: string, value: unknown) =>
      isContested && owners.some((name) => world.shown.get(name)?.[field]?.has(value));
    // What was sent and never kept may stay there: functions/sync/README.md.
    const isOurs = (value: unknown) =>
      value !== null && value !== typed && !world.taken.get(String(record.Id))?.has(value);
    const others = Object.entries(shown).filter(
      ([field, value]) => isOurs(value) && !mayStay(field, value),
    );
    if (others.length > 0) wrong.push(is);
  }
  for (const record of world.salesforce.children()) {
    const shown = Object.values(oursOf(record)).filter(
      (value) => value !== null && value !== typed,
    );
    if (!world.isPlaced(record) && shown.length > 0) wrong.push(`${record.Id} shows ${shown}`);
  }
  return wrong;
}

const isByColumn = ({ pack }: World): boolean => pack.salesforce?.externalId === null;

/** Whose a record is, and whether another record or account has as good a claim. */
async function claimsOn(
  world: World,
  record: FieldData,
): Promise<{ owners: string[]; isContested: boolean }> {
  if (!isByColumn(world)) {
    const name = record[externalId];
    const named = world.salesforce.accounts().filter((one) => one[externalId] === name);
    return {
      owners: isAccount(name) ? [String(name)] : [],
      isContested: isAccount(name) && named.length > 1,
    };
  }
  const documents = await world.snapshots.getAll(accountNames.map((name) => ref(accounts, name)));
  const owners = accountNames.filter((name, i) => {
    const isThere = documents[i]?.data.state === 'active';
    return isThere && sameRecord(world.pointers.get(name) ?? null, String(record.Id));
  });
  return { owners: [...owners], isContested: owners.length > 1 };
}

async function wanted(world: World, account: string): Promise<FieldData | 'nothing of ours'> {
  const document = (await world.snapshots.get(ref(accounts, account)))?.data;
  const { salesforce } = world.pack;
  if (document && salesforce && isOutside(salesforce, document)) return 'nothing of ours';
  if (document?.state !== 'active')
    return Object.fromEntries(ourFields.map((name) => [name, null]));
  const points = document.scores.health?.points ?? null;
  return {
    Kenko_Owner__c: document.attributes.owner ?? null,
    Kenko_Name__c: document.attributes.name ?? null,
    Kenko_Day__c: document.date,
    Kenko_Health__c: points === null ? null : points / 100,
  };
}
