import { addDays } from '../calendar.ts';
import type { ShownDate } from '../inputs/run-inputs.ts';
import { ref } from '../records/collection.ts';
import { type DayDocument, dayId, days, type RunDocument, runs } from '../records/run-documents.ts';
import type { Runtime } from '../runtime.ts';

/** The newest closed date at or before `date` plus `offset` days. */
export async function lastClosed(
  runtime: Runtime,
  date: string,
  offset: number,
): Promise<DayDocument | undefined> {
  const [day] = await runtime.snapshots.query({
    collection: days,
    where: [
      { field: 'pack', op: '==', value: runtime.pack.id },
      { field: 'date', op: '<=', value: addDays(date, offset) },
    ],
    orderBy: { field: 'date', direction: 'desc' },
    limit: 1,
  });
  return day?.data;
}

/** How much older than its window a date may be that results are compared with. */
const oldestDays = 21;

/** The newest closed date at least `daysBack` days before `date`, if it is not much older. */
export async function closedBefore(
  runtime: Runtime,
  date: string,
  daysBack: number,
): Promise<DayDocument | undefined> {
  const found = await lastClosed(runtime, date, -daysBack);
  return found && found.date >= addDays(date, -daysBack - oldestDays) ? found : undefined;
}

/**
 * The closed dates whose accounts people see when the run begins: the date before, and the run's own
 * where this is a revision of it: what only an earlier revision showed would else be shown for good.
 * A backfill changes nothing that is shown.
 */
export async function shownDates(
  { snapshots }: Pick<Runtime, 'snapshots'>,
  run: Pick<RunDocument, 'pack' | 'kind' | 'date' | 'before_date'>,
): Promise<ShownDate[]> {
  const dates = run.kind === 'backfill' ? [run.before_date] : [run.before_date, run.date];
  const shown: ShownDate[] = [];
  for (const date of dates) {
    if (date === null) continue;
    const closed = await snapshots.get(ref(days, dayId(run.pack, date)));
    if (!closed) continue;
    const by = await snapshots.get(ref(runs, closed.data.run));
    shown.push({ date, absentToo: by?.data.state === 'publishing' });
  }
  return shown;
}
