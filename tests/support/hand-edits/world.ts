/** Accounts, an org that people change as they like, and Kenko between them; all in one process. */
import { Retryable } from '../../../functions/errors.ts';
import type { FieldData } from '../../../functions/local/salesforce/record-table.ts';
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import type { Crm, RecordUpdate } from '../../../functions/ports/crm.ts';
import { sameRecord } from '../../../functions/ports/record-ids.ts';
import { ref } from '../../../functions/records/collection.ts';
import { accounts, crmAccounts } from '../../../functions/records/documents.ts';
import type { AccountsChangedMessage } from '../../../functions/records/messages.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import { writtenBy } from '../../../functions/salesforce/child-object.ts';
import { openSalesforceCrm } from '../../../functions/salesforce/crm.ts';
import { childOf, customFields } from '../../../functions/salesforce/custom-fields.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { reconcile } from '../../../functions/sync/reconcile.ts';
import { syncSalesforce } from '../../../functions/sync/sync-salesforce.ts';
import { accountOf } from '../api/documents.ts';
import { startOrg } from '../contracts/salesforce-org.ts';
import { tinyPackFiles } from '../system/tiny-pack.ts';
import { virtualClock } from '../virtual-clock.ts';

export const accountNames = ['a', 'b', 'c'] as const;
/** An id that no account of ours has. */
export const stranger = 'stranger';
export const externalId = 'Kenko_Account_Id__c';
export const ourFields = ['Kenko_Owner__c', 'Kenko_Name__c', 'Kenko_Day__c', 'Kenko_Health__c'];

interface OrgOptions {
  pilot?: string;
  /** Whether a column of accounts holds ids of records. */
  byColumn?: boolean;
  /** Whether fields stand on records of the org's own below Accounts. */
  onChildren?: boolean;
}

/** Two of three owners that an account has in turn. */
export const somePilot = 'pilot: account.owner.endsWith("-1") || account.owner.endsWith("-2")';

/** Records of the org's own below Accounts. */
export const child = { object: 'Kenko_Health__c', lookup: 'Account__c', key: 'Kenko_Key__c' };

const mapping = ({ pilot = '', byColumn = false, onChildren = false }: OrgOptions) => `
object: Account
${onChildren ? `child: ${JSON.stringify(child)}` : ''}
${byColumn ? '' : `external_id: ${externalId}`}
${pilot}
fields:
  Kenko_Owner__c: account.owner
  Kenko_Name__c: account.name
  Kenko_Day__c: date
  Kenko_Health__c: health.points
`;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const accountsPerMessage = 200;

/** What goes wrong at the next call of its kind. */
export type Fault = 'not-sent' | 'answer-lost' | 'row-refused' | 'not-kept';

export type World = Awaited<ReturnType<typeof openWorld>>;

/** One org, for many worlds after each other: each begins without records. */
export async function openOrg(options: OrgOptions = {}) {
  const path = 'rules/tiny/pack.yaml';
  const text = tinyPackFiles().get(path)?.replace('[name, owner]', '[name, owner, salesforce_id]');
  const files = { [path]: text ?? '', 'rules/tiny/salesforce.yaml': mapping(options) };
  const pack = parsePack(tinyPackFiles(files));
  const clock = virtualClock(new Date('2026-03-02T00:00:00Z'), { auto: true });
  // Not unique, so that two records may carry one id.
  const fields = customFields(pack).map(({ unique: _, ...field }) => field);
  const salesforce = await startOrg({ path: ':memory:', fields, child: childOf(pack), clock });
  const org = openSalesforceCrm({
    loginUrl: salesforce.url,
    auth: { kind: 'client-credentials', clientId: 'kenko', clientSecret: 'local' },
    clock,
  });
  const crm = writtenBy(org, pack.salesforce);
  return { pack, clock, salesforce, org, crm, close: () => salesforce.close() };
}
export type HandEditedOrg = Awaited<ReturnType<typeof openOrg>>;

export async function openWorld({ pack, clock, salesforce, org, crm }: HandEditedOrg) {
  for (const { Id: id } of salesforce.children()) {
    await salesforce.admin('DELETE', `/sobjects/${child.object}/${id}`);
  }
  for (const { Id: id } of salesforce.accounts()) {
    await salesforce.admin('DELETE', `/sobjects/Account/${id}`);
  }
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const entries: LogEntry[] = [];
  const waiting: { message: AccountsChangedMessage; tries: number }[] = [];
  /** Values that each account ever showed, by field. */
  const shown = new Map<string, Record<string, Set<unknown>>>();
  /** Values on a record that no mark of ours can tell, since nothing of their sending was kept. */
  const taken = new Map<string, Set<unknown>>();
  const records: string[] = [];
  /** The record that the team's own table names, by account. */
  const pointers = new Map<string, string>();
  let faults: Fault[] = [];
  let during: { call: number; act: () => Promise<void> } | undefined;
  let sent: readonly RecordUpdate[] = [];
  let edits = 0;
  let nights = 0;

  const interrupted = async (): Promise<void> => {
    if (!during) return;
    during.call -= 1;
    if (during.call > 0) return;
    const { act } = during;
    during = undefined;
    await act();
  };
  const faulted = (kind: Fault): boolean => {
    const at = faults.indexOf(kind);
    if (at < 0) return false;
    faults = faults.filter((_, i) => i !== at);
    return true;
  };
  const lost = (): Retryable => new Retryable('unavailable', 'salesforce: no answer');

  const watched: Crm = {
    resolve: async (...call) => {
      await interrupted();
      return crm.resolve(...call);
    },
    read: async (...call) => {
      await interrupted();
      return crm.read(...call);
    },
    list: async (...call) => {
      await interrupted();
      return crm.list(...call);
    },
    update: async (type, rows) => {
      await interrupted();
      if (rows.length > 0 && faulted('not-sent')) throw lost();
      if (rows.length > 0 && faulted('row-refused')) {
        const others = await crm.update(type, rows.slice(1));
        const code = 'FIELD_CUSTOM_VALIDATION_EXCEPTION';
        return [{ outcome: 'rejected', code, reason: 'No.' }, ...others];
      }
      sent = rows;
      const results = await crm.update(type, rows);
      if (rows.length > 0 && faulted('answer-lost')) {
        return rows.map(() => ({ outcome: 'retry', code: 'no-answer', reason: 'Lost.' }));
      }
      return results;
    },
    describe: (type) => crm.describe(type),
    canCreate: (type) => crm.canCreate(type),
    createTask: (task) => crm.createTask(task),
    findTask: (key) => crm.findTask(key),
    usage: () => crm.usage(),
  };
  const { transaction } = snapshots;
  snapshots.transaction = async (work) => {
    if (faulted('not-kept')) {
      // What was sent and never kept bears no mark of ours: functions/sync/README.md.
      for (const { id, fields } of sent) took(id, fields);
      throw new Retryable('unavailable', 'snapshots: no answer');
    }
    return transaction.call(snapshots, work) as ReturnType<typeof work>;
  };
  const runtime = {
    snapshots,
    crm: watched,
    bus: {
      publish: async (_: string, messages: { body: AccountsChangedMessage }[]) =>
        void waiting.push(...messages.map(({ body }) => ({ message: body, tries: 0 }))),
    },
    warehouse: { append: async () => undefined },
    clock,
    log: createLog((entry) => entries.push(entry), clock),
    pack,
  } as unknown as Runtime;

  /** Another result of an account, and the message of it. */
  async function show(account: string, change: { isAbsent?: boolean } = {}): Promise<void> {
    await publish(account, change);
    tell([account]);
  }

  function tell(changed: readonly string[]): void {
    for (let first = 0; first < changed.length; first += accountsPerMessage) {
      const group = changed.slice(first, first + accountsPerMessage);
      waiting.push({ message: { pack: pack.id, run: `r${edits}`, accounts: group }, tries: 0 });
    }
  }

  async function publish(
    account: string,
    change: { isAbsent?: boolean; isSame?: boolean } = {},
  ): Promise<void> {
    if (!change.isSame) edits += 1;
    const attributes = { owner: `${account}-owner-${edits % 3}`, name: `Name of ${account}` };
    const at = pointers.get(account);
    const document = accountOf({
      ...{ id: account, points: 1_000 * (edits % 5) },
      attributes: { ...attributes, ...(at !== undefined && { salesforce_id: at }) },
    });
    const state = change.isAbsent ? 'absent' : 'active';
    await snapshots.set(ref(accounts, account), {
      ...document,
      ...{ pack: pack.id, state, details: document.details, hash: String(edits) },
    });
    const known = shown.get(account) ?? {};
    const values = {
      Kenko_Owner__c: attributes.owner,
      Kenko_Name__c: attributes.name,
      Kenko_Day__c: document.date,
      Kenko_Health__c: document.scores.health?.points ?? null,
    };
    for (const [field, value] of Object.entries(values)) {
      known[field] ??= new Set();
      known[field].add(typeof value === 'number' ? value / 100 : value);
    }
    shown.set(account, known);
  }

  const recordAt = (i: number): string | undefined =>
    records.length === 0 ? undefined : records[i % records.length];
  const byId = (id: string | undefined): FieldData | undefined =>
    salesforce.accounts().find((one) => one.Id === id);

  /** Records below Accounts that are there by key and lookup alike, and all others. */
  const isPlaced = (record: FieldData): boolean =>
    sameRecord(textOf(record[child.key]), textOf(record[child.lookup]));
  const below = (id: unknown): FieldData | undefined =>
    salesforce.children().find((one) => one[child.lookup] === id);

  /** What a record shows in fields of ours, wherever they stand. */
  function shows(record: FieldData): FieldData {
    const placed = salesforce
      .children()
      .find((one) => one[child.lookup] === record.Id && isPlaced(one));
    const from = pack.salesforce?.child ? (placed ?? {}) : record;
    return Object.fromEntries(ourFields.map((name) => [name, from[name] ?? null]));
  }

  /** A person types into fields of ours; where they stand below the Account, into what is there. */
  async function type(id: string | undefined, fields: FieldData): Promise<void> {
    if (!pack.salesforce?.child) return edit(id, fields);
    const record = below(id);
    if (record) await editChild(String(record.Id), fields);
  }

  async function editChild(id: string, fields: FieldData): Promise<void> {
    await org.update(child.object, [{ id, fields }]);
  }

  /** A person copies a record below an Account to another Account; a key is nobody's twice. */
  async function copyBelow(from: FieldData, to: string): Promise<void> {
    const attributes = { type: child.object };
    const copy = { attributes, ...shows(from), [child.lookup]: to };
    await salesforce.admin('POST', '/composite/sobjects', { records: [copy] });
  }

  /** What a person does in Salesforce; nothing where the record is not there. */
  async function edit(id: string | undefined, fields: FieldData): Promise<void> {
    if (id !== undefined && byId(id)) await org.update('Account', [{ id, fields }]);
  }

  /** @returns its id */
  async function make(fields: FieldData): Promise<string> {
    const record = { attributes: { type: 'Account' }, Name: `Record ${records.length}`, ...fields };
    const saved = await salesforce.admin('POST', '/composite/sobjects', { records: [record] });
    const id = String((saved as { id: string }[])[0]?.id);
    records.push(id);
    return id;
  }

  async function remove(id: string): Promise<void> {
    if (byId(id)) await salesforce.admin('DELETE', `/sobjects/Account/${id}`);
  }

  function took(id: string, values: FieldData): void {
    taken.set(id, new Set([...(taken.get(id) ?? []), ...Object.values(values)]));
  }

  /** A person took values from one record over to another. */
  const copied = (from: string, to: string): void =>
    void taken.set(to, new Set([...(taken.get(to) ?? []), ...(taken.get(from) ?? [])]));

  /** Puts one of the waiting messages through; what ends in an error comes again. */
  async function deliver(which: number): Promise<void> {
    const [taken] = waiting.splice(which % Math.max(1, waiting.length), 1);
    if (!taken) return;
    try {
      await syncSalesforce(runtime, taken.message, { repeated: taken.tries > 0 });
    } catch (error) {
      if (!(error instanceof Retryable)) throw error;
      waiting.push({ ...taken, tries: taken.tries + 1 });
    }
  }

  async function night(): Promise<void> {
    nights += 1;
    const slot = new Date(Date.UTC(2026, 2, 1) + nights * 86_400_000).toISOString();
    try {
      await reconcile(runtime, { slot });
    } catch (error) {
      if (!(error instanceof Retryable)) throw error;
    }
  }

  /** What waits is sent again, as sweep does, and all messages are put through. */
  async function sweepAndDeliver(): Promise<void> {
    const pending = await snapshots.query({
      collection: crmAccounts,
      where: [{ field: 'state', op: '==', value: 'pending' }],
      limit: 1_000,
    });
    tell(pending.map(({ id }) => id));
    for (let most = 0; waiting.length > 0 && most < 100; most += 1) await deliver(0);
  }

  return {
    ...{
      snapshots,
      entries,
      records,
      pointers,
      shown,
      taken,
      copied,
      recordAt,
      byId,
      shows,
      type,
      copyBelow,
      below,
      editChild,
      isPlaced,
      edit,
      make,
      show,
      publish,
      tell,
      deliver,
      night,
    },
    sweepAndDeliver,
    salesforce,
    pack,
    fail: (kind: Fault) => void faults.push(kind),
    noMoreFaults(): void {
      faults = [];
      during = undefined;
    },
    interrupt: (call: number, act: () => Promise<void>) => {
      during = { call, act };
    },
    remove,
    restore: (id: string) => void salesforce.undelete(id),
    merge: (id: string, into: string, values: FieldData) =>
      void salesforce.merge(into, [id], values),
    close: () => snapshots.close(),
  };
}
