/** What accounts pay a month, which comparisons of rules weigh accounts by. */
import type { ReadRequest, Warehouse } from '../ports/warehouse.ts';
import type { AccountColumn } from '../scorecard/language/pack/catalogue.ts';
import type { Pack } from '../scorecard/language/pack/pack.ts';
import type { Sources } from './sources-query.ts';

/** The contract's column of it. */
const revenueColumn = 'mrr';

/** The columns to freeze, with the revenue's where the team provides it. */
export function withRevenue(
  { accountColumns, sources }: Pick<Pack, 'accountColumns' | 'sources'>,
  provided: Sources,
): AccountColumn[] {
  const column = sources.get('accounts')?.columns.find(({ name }) => name === revenueColumn);
  const known = accountColumns.some(({ name }) => name === revenueColumn);
  if (known || !column || column.type === 'TIMESTAMP') return accountColumns;
  if (!provided.get('accounts')?.columns.has(revenueColumn)) return accountColumns;
  return [...accountColumns, { name: column.name, type: column.type, required: column.required }];
}

export const hasRevenue = (frozen: readonly AccountColumn[]): boolean =>
  frozen.some(({ name }) => name === revenueColumn);

/** Revenue by account, of inputs that were frozen with it. */
export async function readRevenue(
  warehouse: Pick<Warehouse, 'read'>,
  request: Omit<ReadRequest, 'columns'>,
): Promise<Map<string, number>> {
  const revenue = new Map<string, number>();
  const columns = [
    { name: 'account_id', as: 'string' },
    { name: `account_${revenueColumn}`, as: 'number' },
  ] as const;
  for await (const batch of warehouse.read({ ...request, columns })) {
    const ids = batch.columns.get('account_id');
    const amounts = batch.columns.get(`account_${revenueColumn}`);
    if (ids?.as !== 'string' || amounts?.as !== 'number') continue;
    for (const [i, id] of ids.values.entries()) {
      const amount = amounts.values[i];
      if (id !== null && amount !== undefined && !Number.isNaN(amount)) revenue.set(id, amount);
    }
  }
  return revenue;
}
