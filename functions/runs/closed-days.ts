import { addDays } from '../calendar.ts';
import { type DayDocument, days } from '../records/documents.ts';
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
