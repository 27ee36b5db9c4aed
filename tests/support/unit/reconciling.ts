/** Many accounts that Salesforce shows as they are, and a Salesforce of records in memory. */
import { openSqliteSnapshots } from '../../../functions/local/state/snapshots.ts';
import { createLog, type LogEntry } from '../../../functions/log.ts';
import type { Outgoing } from '../../../functions/ports/bus.ts';
import type { Crm, FieldValue } from '../../../functions/ports/crm.ts';
import { ref } from '../../../functions/records/collection.ts';
import {
  type AccountDocument,
  accounts,
  crmAccounts,
  type ReconciliationDocument,
  reconciliations,
} from '../../../functions/records/documents.ts';
import type { Message } from '../../../functions/records/messages.ts';
import type { Runtime } from '../../../functions/runtime.ts';
import type { SalesforceMapping } from '../../../functions/scorecard/language/pack/pack.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { crmFields } from '../../../functions/sync/crm-fields.ts';
import { isEmpty } from '../../../functions/sync/field-values.ts';
import { marksAfter } from '../../../functions/sync/former-records.ts';
import { fieldsHash } from '../../../functions/sync/pending-accounts.ts';
import { type ReconcileAnswer, reconcile } from '../../../functions/sync/reconcile.ts';
import { accountOf } from '../api/documents.ts';
import { tinyPackFiles } from '../system/tiny-pack.ts';
import { virtualClock } from '../virtual-clock.ts';

const accountsAtOnce = 200;

type Fields = Record<string, FieldValue>;

export const nameOf = (n: number): string => `a${String(n).padStart(5, '0')}`;
const recordOf = (account: string): string => `001${account.padStart(12, '0')}`;

export async function openReconciling(count: number) {
  const pack = parsePack(tinyPackFiles());
  const mapping = pack.salesforce as SalesforceMapping;
  const externalId = mapping.externalId ?? '';
  const snapshots = openSqliteSnapshots({ path: ':memory:' });
  const clock = virtualClock(new Date('2026-03-02T02:00:00Z'));
  const entries: LogEntry[] = [];
  const records = new Map<string, Fields>();
  const sent: Message[] = [];
  /** Ids of the records that were read, call by call. */
  const reads: string[][] = [];
  let beforeRead = async (): Promise<void> => undefined;
  const crm = {
    async read(_: string, ids: readonly string[]) {
      await beforeRead();
      reads.push([...ids]);
      return new Map(
        ids.flatMap((id) => (records.has(id) ? [[id, { ...records.get(id) }]] : [])) as [
          string,
          Fields,
        ][],
      );
    },
    async list(_: string, { showing }: { showing: readonly string[] }) {
      const found = [...records].filter(([, shows]) =>
        [externalId, ...showing].some((name) => !isEmpty(shows[name])),
      );
      const all = found.map(([id, shows]) => ({ id, externalId: shows[externalId] ?? null }));
      return { records: all, next: null };
    },
    async update(_: string, updates: readonly { id: string; fields: Fields }[]) {
      for (const { id, fields } of updates) Object.assign(records.get(id) ?? {}, fields);
      return updates.map(() => ({ outcome: 'updated' }));
    },
  } as unknown as Crm;
  const runtime = {
    pack,
    snapshots,
    clock,
    crm,
    log: createLog((entry) => entries.push(entry), clock),
    bus: {
      publish: async (_: string, messages: readonly Outgoing[]) => {
        for (const { body } of messages) sent.push(body);
      },
    },
  } as unknown as Runtime;
  const document: AccountDocument = { ...accountOf({ id: 'a', points: 50 }), pack: pack.id };
  const fields = crmFields(mapping, document);
  const hash = fieldsHash(mapping.object, fields);
  const names = Array.from({ length: count }, (_, n) => nameOf(n));
  for (let first = 0; first < count; first += accountsAtOnce) {
    await snapshots.transaction(async (tx) => {
      for (const account of names.slice(first, first + accountsAtOnce)) {
        records.set(recordOf(account), { ...fields, [externalId]: account });
        tx.set(ref(accounts, account), document);
        tx.set(ref(crmAccounts, account), {
          ...{ state: 'synced', record_id: recordOf(account), synced_hash: hash, hash, run: 'r' },
          ...{ at: '2026-03-01T18:00:00.000Z', code: null, reason: null, fields: [], since: null },
          ...{ written: {}, former: [] },
          shown: marksAfter({}, fields),
        });
      }
    });
  }
  return {
    runtime,
    snapshots,
    clock,
    entries,
    reads,
    events: (): string[] => entries.map(({ event }) => event),
    /** Accounts that were sent again since this was asked last. */
    resent: (): string[] =>
      sent.splice(0).flatMap((body) => ('accounts' in body ? body.accounts : [])),
    record: (account: string): Fields => records.get(recordOf(account)) ?? {},
    /** Somebody makes records of nobody's. */
    make(count: number, shows: Fields): void {
      for (let n = 0; n < count; n += 1) records.set(`002${String(n).padStart(12, '0')}`, shows);
    },
    /** Somebody takes an account's id off its record. */
    unname(account: string): void {
      Object.assign(records.get(recordOf(account)) ?? {}, { [externalId]: null });
    },
    externalId,
    /** What happens whenever records are read. */
    onRead(work: () => Promise<void>): void {
      beforeRead = work;
    },
    reconcile: (slot: string, body: object = {}): Promise<ReconcileAnswer> =>
      reconcile(runtime, { slot, body }),
    async report({ reconciliation }: ReconcileAnswer): Promise<ReconciliationDocument> {
      const stored = await snapshots.get(ref(reconciliations, reconciliation ?? ''));
      if (!stored) throw new Error('nothing was reported');
      return stored.data;
    },
  };
}
