/** Outcomes as a table of their own, read in batches: a query gives 10,000 rows at most, and there may be a million. */
import { code, Rejected } from '../../errors.ts';
import { type OutcomeRow, outcomeKinds } from '../../evidence/past-outcomes.ts';
import type { IdRange, Warehouse } from '../../ports/warehouse.ts';

export const outcomesTable = 'outcomes';

/**
 * Outcomes from `@from_date` on with the day on which each was known. Whoever gave notice had left in
 * all but name: a score after it foresees nothing.
 * @param all a query of outcomes by the contract's columns
 */
export function knownOutcomes(all: string): string {
  const kinds = outcomeKinds.map((kind) => `'${kind}'`).join(', ');
  return `SELECT account_id,
    CAST(LEAST(COALESCE(notice_on, outcome_on), outcome_on) AS STRING) AS known_on, kind, IFNULL(reason, '') AS reason
  FROM (${all}) AS known
  WHERE outcome_on >= @from_date AND kind IN (${kinds})`;
}

/** @param table that the rows of `knownOutcomes` were written into */
export async function outcomesIn(
  warehouse: Warehouse,
  table: string,
  accounts?: IdRange,
): Promise<OutcomeRow[]> {
  const names = ['account_id', 'known_on', 'kind', 'reason'];
  const columns = names.map((name) => ({ name, as: 'string' as const }));
  const found: OutcomeRow[] = [];
  for await (const batch of warehouse.read({ table, columns, ...(accounts ? { accounts } : {}) })) {
    const [ids, days, kinds, reasons] = names.map((name) => batch.columns.get(name)?.values ?? []);
    for (let i = 0; i < batch.rows; i++) {
      const kind = outcomeKinds.find((one) => one === kinds?.[i]);
      if (!kind) continue;
      const reason = String(reasons?.[i] ?? '').trim();
      const row = { account: String(ids?.[i]), on: String(days?.[i]), kind };
      found.push(kind === 'churned' && reason !== '' ? { ...row, reason } : row);
    }
  }
  return found;
}

export function noOutcomes({ from, to }: { from: string; to: string }): Rejected {
  return new Rejected(
    code.notFound,
    `The table "${outcomesTable}" has nothing ${outcomeKinds.join(', ')} from ${from} to ${to}; name other days with --from and --to.`,
  );
}
