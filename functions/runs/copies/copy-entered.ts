/**
 * What people entered, and what lots drew, as tables for SQL and reports: each thing once, in the
 * order of entering, part by part. Names of people and what they wrote stay in the documents.
 */
import { batchOfRows } from '../../ports/plain-rows.ts';
import type { Row } from '../../ports/warehouse.ts';
import { type Collection, ref } from '../../records/collection.ts';
import { copies } from '../../records/copy-documents.ts';
import { overrides } from '../../records/documents.ts';
import { entries, happenedOn } from '../../records/entries.ts';
import { episodes } from '../../records/signal-documents.ts';
import type { Runtime } from '../../runtime.ts';

const progress = ref(copies, 'entered');
/**
 * A request takes its instant first and writes at its end: what is entered later than this is not
 * complete. Longer than any request lasts, and than clocks are apart.
 */
const settledAfterMs = 15 * 60_000;
/** Documents that one query gives. */
const pageSize = 1_000;

/** From `from` on, before `to`; null: from the beginning. */
interface Part {
  from: string | null;
  to: string;
}

/**
 * Copies what was entered since the last time. Whoever repeats it after a crash loads the same part
 * under the same job ids, so that nothing is there twice; the document moves on last.
 */
export async function copyEntered(runtime: Runtime): Promise<void> {
  const part = await nextPart(runtime);
  if (!part) return;
  const copied = await Promise.all([
    enteredRows(runtime, part),
    overrideRows(runtime, part).then((rows) => new Map([['overrides', rows]])),
    lotRows(runtime, part).then((rows) => new Map([['lots', rows]])),
  ]);
  for (const [table, rows] of copied.flatMap((tables) => [...tables])) {
    await load(runtime, table, part, rows);
  }
  await runtime.snapshots.transaction(async (tx) => {
    const now = (await tx.get(progress))?.data;
    if (now?.until === part.from && now.next === part.to) {
      tx.set(progress, { until: part.to, next: null });
    }
  });
}

async function nextPart({ snapshots, clock }: Runtime): Promise<Part | undefined> {
  const settled = new Date(clock.now().getTime() - settledAfterMs).toISOString();
  return snapshots.transaction(async (tx) => {
    const { until = null, next = null } = (await tx.get(progress))?.data ?? {};
    if (next !== null) return { from: until, to: next };
    if (until !== null && settled <= until) return undefined;
    tx.set(progress, { until, next: settled });
    return { from: until, to: settled };
  });
}

async function load(
  { warehouse, tables }: Runtime,
  table: string,
  { from, to }: Part,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = tables.get(table)?.columns ?? [];
  const part = [from ?? 'first', to].join('-').replaceAll(/[^\w-]/g, '');
  const batches = [batchOfRows(`the copy of ${table}`, columns, rows)];
  await warehouse.load({ id: `copy-${table}-${part}`, table, batches });
}

async function enteredRows(runtime: Runtime, part: Part): Promise<Map<string, Row[]>> {
  const { zone } = runtime.pack;
  const rows = new Map<string, Row[]>([
    ['assessments', []],
    ['interventions', []],
  ]);
  for await (const { id, data } of pages(runtime, entries, 'at', part)) {
    const common = {
      id,
      account_id: data.account,
      entered_at: data.at,
      bands: JSON.stringify(data.bands),
    };
    if (data.kind === 'assessment') {
      const { of: kind, value, on: assessed_on, until: valid_until } = data;
      rows.get('assessments')?.push({ ...common, kind, value, assessed_on, valid_until });
    } else if (data.kind === 'intervention') {
      const { did, answer } = data;
      rows.get('interventions')?.push({
        ...{ ...common, did, happened_on: happenedOn(data, zone) },
        ...{ question: answer?.question ?? null, answer: answer?.value ?? null },
      });
    }
  }
  return rows;
}

/**
 * Overrides are found by their end, which lies after the instant of entering, and is that of their
 * withdrawal. Those of an earlier release count as entered when they began.
 */
async function overrideRows(runtime: Runtime, { from, to }: Part): Promise<Row[]> {
  const rows: Row[] = [];
  const isIn = (instant: string) => instant < to && (from === null || instant >= from);
  for await (const { id, data } of pages(runtime, overrides, 'until', { from, to: null })) {
    const { at, account, score, band, withdrawn } = data;
    const common = { id, account_id: account, score, band, valid_from: data.from };
    if (isIn(at ?? data.from)) {
      const valid_until = withdrawn?.until ?? data.until;
      rows.push({ ...common, entered_at: at ?? null, valid_until, withdrawn: false });
    }
    // What is in a table of additions stays: that it was taken back is a row of its own.
    if (withdrawn && isIn(withdrawn.at)) {
      const { at: valid_until } = withdrawn;
      rows.push({ ...common, entered_at: valid_until, valid_until, withdrawn: true });
    }
  }
  return rows;
}

async function lotRows(runtime: Runtime, part: Part): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { data } of pages(runtime, episodes, 'opened_at', part)) {
    const { account: account_id, signal, lots, opened_at: seen_at } = data;
    rows.push(...lots.map((lot) => ({ account_id, signal, ...lot, seen_at })));
  }
  return rows;
}

/** Documents of the pack in the order of an instant of theirs, one page after the other. */
async function* pages<T>(
  { snapshots, pack }: Runtime,
  collection: Collection<T>,
  field: keyof T & string,
  { from, to }: { from: string | null; to: string | null },
) {
  const direction = collection.path === overrides.path ? 'asc' : 'desc';
  let last: { value: string; id: string } | undefined;
  do {
    const page = await snapshots.query({
      collection,
      where: [
        { field: 'pack', op: '==', value: pack.id },
        { field, op: '>=', value: from ?? '' },
        ...(to === null ? [] : [{ field, op: '<' as const, value: to }]),
      ],
      orderBy: { field, direction },
      limit: pageSize,
      ...(last ? { startAfter: last } : {}),
    });
    yield* page;
    const end = page.length < pageSize ? undefined : page.at(-1);
    last = end && { value: String(end.data[field]), id: end.id };
  } while (last);
}
