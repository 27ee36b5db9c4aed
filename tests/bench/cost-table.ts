/** The counts of a run per 1,000 accounts, and what they cost in a month. */
import { type Priced, prices } from './prices.ts';

export interface CostCounts extends Record<Priced, number> {
  messages: number;
  jobs: number;
  salesforceCalls: number;
}

const sizes = [10_000, 100_000, 1_000_000];
const daysOfMonth = 30;

const labels: Record<keyof CostCounts, string> = {
  reads: 'Firestore reads',
  writes: 'Firestore writes',
  deletes: 'Firestore deletes',
  messages: 'Pub/Sub messages',
  messageBytes: 'Pub/Sub bytes',
  jobs: 'BigQuery jobs',
  bytesBilled: 'BigQuery bytes billed',
  salesforceCalls: 'Salesforce calls',
};

export function costTable(counts: CostCounts, accounts: number, changed: number): string {
  const row = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(20))).join('');
  const usd = (amount: number): string => `$${amount.toFixed(2)}`;
  const totals = sizes.map(() => 0);
  const lines = (Object.keys(labels) as (keyof CostCounts)[]).map((key) => {
    const each = counts[key] / accounts;
    const costs = sizes.map((size, i) => {
      if (!(key in prices)) return '';
      const { usd: price, per } = prices[key as Priced];
      const cost = ((each * size * daysOfMonth) / per) * price;
      totals[i] = (totals[i] ?? 0) + cost;
      return usd(cost);
    });
    const perThousand = (each * 1_000).toLocaleString('en', { maximumFractionDigits: 1 });
    return row([labels[key], perThousand, ...costs]);
  });
  const sources = Object.values(prices).map(
    ({ what, usd: price, per, page, read }) =>
      `  ${what}: $${price} per ${per === 2 ** 40 ? 'TiB' : per.toLocaleString('en')}, ${page} (${read})`,
  );
  return [
    `One run of ${accounts.toLocaleString('en')} accounts, ${changed.toLocaleString('en')} of them changed and synced for the first time;`,
    `the cost is one run a day for ${daysOfMonth} days, in proportion to accounts, without freezing inputs,`,
    'function time, storage, rows appended to sync_log, free tiers and taxes:',
    row(['', 'per 1,000 accounts', ...sizes.map((size) => `${size.toLocaleString('en')}/month`)]),
    ...lines,
    row(['in all', '', ...totals.map(usd)]),
    'Prices:',
    ...sources,
  ].join('\n');
}
