/**
 * Fields on records of the org's own object, one below each Account, so that nothing that watches Accounts
 * runs when a score changes. Whoever writes goes on naming Accounts: the record below one is found by a key
 * that holds the Account's id, made where there is none, and counts as long as it looks up to that Account.
 * One that does not (its Account was deleted or merged, a person copied or moved it) is named by its own id.
 */
import type { Crm, CrmTask, FieldValue, RecordUpdate, UpdateResult } from '../ports/crm.ts';
import { longId, sameRecord, shortId } from '../ports/record-ids.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import type { SalesforceCrm } from './crm.ts';
import { inQueries } from './soql.ts';

type Fields = Record<string, FieldValue>;
type Child = NonNullable<SalesforceMapping['child']>;

const account = 'Account';
/** What ids of Accounts begin with, in every org. */
const accountPrefix = '001';
/** Pages of a list that are of children, behind those of Accounts. */
const ofChildren = 'child ';

/** The CRM as the pack's mapping writes to it. */
export const writtenBy = (crm: SalesforceCrm, mapping: SalesforceMapping | null): Crm =>
  mapping?.child ? new ChildCrm(crm, mapping.child, mapping.externalId) : crm;

class ChildCrm implements Crm {
  readonly #crm: SalesforceCrm;
  readonly #child: Child;
  readonly #externalId: string | null;

  constructor(crm: SalesforceCrm, child: Child, externalId: string | null) {
    this.#crm = crm;
    this.#child = child;
    this.#externalId = externalId;
  }

  async update(_: string, records: readonly RecordUpdate[]): Promise<UpdateResult[]> {
    const { object, key, lookup } = this.#child;
    // Nothing is made only to stand empty.
    const empty = records.filter(({ id, fields }) => isAccount(id) && isNothing(fields));
    const there = await this.#below(
      empty.map(({ id }) => id),
      [],
    );
    const results = new Map<RecordUpdate, UpdateResult>();
    for (const one of empty) {
      if (!there.has(shortId(one.id))) results.set(one, { outcome: 'updated' });
    }
    const byKey = records.filter((one) => isAccount(one.id) && !results.has(one));
    const byId = records.filter((one) => !isAccount(one.id));
    const rows = byKey.map(({ id, fields }) => {
      const of = longId(id);
      return { id: of, fields: { ...fields, [lookup]: of } };
    });
    const answers = [
      ...(await this.#crm.write({ type: object, key }, rows)),
      ...(await this.#crm.update(object, byId)),
    ];
    for (const [i, one] of [...byKey, ...byId].entries()) {
      results.set(one, answers[i] as UpdateResult);
    }
    return records.map((one) => results.get(one) as UpdateResult);
  }

  async read(
    _: string,
    recordIds: readonly string[],
    fields: readonly string[],
  ): Promise<Map<string, Fields>> {
    const wanted = fields.filter((name) => name !== this.#externalId);
    const ofAccount = fields.filter((name) => name === this.#externalId);
    const ids = recordIds.filter(isAccount);
    const accounts = await this.#crm.read(account, ids, ofAccount.length > 0 ? ofAccount : ['Id']);
    const below = await this.#below([...accounts.keys()], wanted);
    const nothing = Object.fromEntries(fields.map((name) => [name, null]));
    const found = new Map<string, Fields>();
    for (const [id, record] of accounts) {
      const named = Object.fromEntries(ofAccount.map((name) => [name, record[name] ?? null]));
      found.set(id, { ...nothing, ...below.get(shortId(id)), ...named });
    }
    const others = recordIds.filter((id) => !isAccount(id));
    const { object, key, lookup } = this.#child;
    const columns = [...new Set([...wanted, key, lookup])];
    for (const [id, shows] of await this.#crm.read(object, others, columns)) {
      // One that came below its Account meanwhile is named by that.
      if (accountOf(shows, this.#child) !== null) continue;
      found.set(id, Object.fromEntries(fields.map((name) => [name, shows[name] ?? null])));
    }
    return found;
  }

  async list(
    _: string,
    { externalIdField, showing }: { externalIdField: string | null; showing: readonly string[] },
    after: string | null,
  ): Promise<{ records: { id: string; externalId: string | null }[]; next: string | null }> {
    if (externalIdField !== null && !after?.startsWith(ofChildren)) {
      const page = await this.#crm.list(account, { externalIdField, showing: [] }, after);
      return { records: page.records, next: page.next ?? ofChildren };
    }
    const { object, key, lookup } = this.#child;
    const from = after?.slice(ofChildren.length) || null;
    const page = await this.#crm.list(object, { externalIdField: null, showing }, from);
    const ids = page.records.map(({ id }) => id);
    const children = await this.#crm.read(object, ids, [key, lookup]);
    const placed = [...children].map(([id, shows]) => ({ id, of: accountOf(shows, this.#child) }));
    const above = placed.flatMap(({ of }) => of ?? []);
    const accounts = await this.#crm.read(account, above, [externalIdField ?? 'Id']);
    const records = placed.flatMap(({ id, of }) => {
      const record = of === null ? undefined : accounts.get(of);
      if (of === null || !record) return [{ id, externalId: null }];
      // Those that carry an id were listed before.
      const isListed = externalIdField !== null && (record[externalIdField] ?? null) !== null;
      return isListed ? [] : [{ id: of, externalId: null }];
    });
    return { records, next: page.next === null ? null : `${ofChildren}${page.next}` };
  }

  resolve(externalIdField: string, accountIds: readonly string[]): ReturnType<Crm['resolve']> {
    return this.#crm.resolve(externalIdField, accountIds);
  }

  describe(objectType: string): ReturnType<Crm['describe']> {
    return this.#crm.describe(objectType);
  }

  canCreate(objectType: string): Promise<boolean> {
    return this.#crm.canCreate(objectType);
  }

  createTask(task: CrmTask): Promise<string> {
    return this.#crm.createTask(task);
  }

  findTask(key: string): Promise<string | undefined> {
    return this.#crm.findTask(key);
  }

  usage(): ReturnType<Crm['usage']> {
    return this.#crm.usage();
  }

  /** Records below Accounts, by the Account's id in 15 characters: those alone that look up to it. */
  async #below(
    accountIds: readonly string[],
    fields: readonly string[],
  ): Promise<Map<string, Fields>> {
    const { object, key, lookup } = this.#child;
    const found = new Map<string, Fields>();
    const values = accountIds.map(longId);
    const columns = ['Id', key, lookup, ...fields];
    for (const soql of inQueries({ fields: [...new Set(columns)], object, field: key, values })) {
      for (const row of await this.#crm.select(soql, [key, lookup, ...fields])) {
        const of = accountOf(row, this.#child);
        if (of !== null) found.set(shortId(of), row);
      }
    }
    return found;
  }
}

const isAccount = (id: string): boolean => id.startsWith(accountPrefix);

const isNothing = (fields: Fields): boolean =>
  Object.values(fields).every((value) => value === null || value === false);

/** The Account that a record is below by its key and its lookup alike. */
function accountOf(shows: Fields, { key, lookup }: Child): string | null {
  const [named, above] = [shows[key], shows[lookup]];
  if (typeof named !== 'string' || typeof above !== 'string') return null;
  return sameRecord(named, above) ? longId(above) : null;
}
