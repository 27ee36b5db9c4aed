/** Accounts that Salesforce does not show as they are, and that no queue holds any more. */
import type { Stored } from '../ports/snapshots.ts';
import { ref } from '../records/collection.ts';
import { accounts, type CrmDocument, crmAccounts } from '../records/documents.ts';
import { accountsPerMessage, groupsPerMessage, type Message } from '../records/messages.ts';
import { runs } from '../records/run-documents.ts';
import type { SweepCursor, SweepDocument } from '../records/sweep-documents.ts';
import { nothingToCrm } from '../runs/first-runs.ts';
import type { Runtime } from '../runtime.ts';
import { sendBatch } from './batches.ts';
import { drainedInInterval, longestLifeMs } from './capacity.ts';

const accountsPerPage = 2_000;
/** Accounts of a run that one sweep looks through. */
const mostLookedThrough = 20_000;
/** Runs among which the next to look through is found. */
const latestRuns = 50;

/**
 * Sends accounts that wait for Salesforce on their way again, and those that a run changed and of
 * which Salesforce was never told: their message was given up before anybody could say that they
 * wait, as where more changed than is written while a message lives. At most what drains until the
 * next sweep; nothing while nothing is to be written. @returns how many accounts
 */
export async function sweepAccounts(runtime: Runtime): Promise<number> {
  if (!runtime.pack.salesforce || (await nothingToCrm(runtime))) return 0;
  const most = drainedInInterval(runtime, 'sync-salesforce') * accountsPerMessage;
  return sendBatch(runtime, 'accounts-changed', async (from) => {
    const waiting = await waitingAccounts(runtime, from.cursor, most);
    const left = most - waiting.found.length;
    const overlooked = await overlookedAccounts(runtime, from.looked_through, left);
    return {
      bodies: [...messagesOf(runtime, waiting.found), ...messagesOf(runtime, overlooked.found)],
      sent: waiting.found.length + overlooked.found.length,
      cursor: waiting.cursor,
      looked_through: overlooked.through,
    };
  });
}

interface Found {
  account: string;
  /** For the logs, and for who counts what of a run has arrived. */
  run: string;
}

function messagesOf({ pack }: Runtime, found: readonly Found[]): Message[] {
  return groupsPerMessage(found).map((group) => ({
    pack: pack.id,
    run: group[0]?.run ?? '',
    accounts: group.map(({ account }) => account),
  }));
}

/** Those that wait, from the last one sent on, and from the beginning where the end is reached. */
async function waitingAccounts(
  { snapshots }: Runtime,
  from: SweepCursor | null,
  most: number,
): Promise<{ found: Found[]; cursor: SweepCursor | null }> {
  const found = new Map<string, Found>();
  let cursor = from;
  for (let rounds = from ? 2 : 1; rounds > 0; rounds -= 1) {
    let page: Stored<CrmDocument>[];
    do {
      const limit = Math.min(accountsPerPage, most - found.size);
      if (limit <= 0) return { found: [...found.values()], cursor };
      page = await snapshots.query({
        collection: crmAccounts,
        where: [{ field: 'state', op: '==', value: 'pending' }],
        limit,
        ...(cursor && { startAfter: { id: cursor.id } }),
      });
      for (const { id, data } of page) found.set(id, { account: id, run: data.run });
      const last = page.at(-1);
      cursor = page.length < limit || !last ? null : { id: last.id };
    } while (cursor !== null);
  }
  return { found: [...found.values()], cursor: null };
}

type Through = SweepDocument['looked_through'];

/**
 * Accounts that a run changed and whose documents of the CRM do not speak of that run, once no queue can
 * hold its messages any more. Most of them show the same fields as before, which costs sync a look.
 */
async function overlookedAccounts(
  runtime: Runtime,
  before: Through,
  most: number,
): Promise<{ found: Found[]; through: Through }> {
  const { snapshots } = runtime;
  const found: Found[] = [];
  let through = before;
  for (let looked = 0; looked < mostLookedThrough && found.length < most; ) {
    const at: Through = isThrough(through) ? await nextRun(runtime, through) : through;
    if (!at) break;
    const limit = Math.min(accountsPerPage, most - found.length);
    const page = await snapshots.query({
      collection: accounts,
      where: [{ field: 'run', op: '==', value: at.run }],
      limit,
      ...(at.after && { startAfter: { id: at.after } }),
    });
    looked += page.length;
    const states = await snapshots.getAll(page.map(({ id }) => ref(crmAccounts, id)));
    for (const [i, { id }] of page.entries()) {
      const known = states[i]?.data;
      if (known?.run !== at.run && known?.state !== 'pending')
        found.push({ account: id, run: at.run });
    }
    through = { ...at, after: page.length < limit ? null : (page.at(-1)?.id ?? null) };
  }
  return { found, through };
}

const isThrough = (through: Through): boolean => through === null || through.after === null;

/** The first run after the one that was looked through last whose messages can be alive no more. */
async function nextRun({ snapshots, clock, pack }: Runtime, last: Through): Promise<Through> {
  const latest = await snapshots.query({
    collection: runs,
    where: [{ field: 'pack', op: '==', value: pack.id }],
    orderBy: { field: 'started_at', direction: 'desc' },
    limit: latestRuns,
  });
  const settled = new Date(clock.now().getTime() - longestLifeMs).toISOString();
  const due = latest.flatMap(({ id, data: { kind, reached } }) => {
    const { finished } = reached;
    const isDue = kind === 'scheduled' && finished !== undefined && finished <= settled;
    return isDue && finished > (last?.finished ?? '') ? [{ run: id, finished, after: '' }] : [];
  });
  due.sort((a, b) => (a.finished < b.finished ? -1 : 1));
  // Whoever looks for the first time begins with what people see now.
  return (last ? due.at(0) : due.at(-1)) ?? null;
}
