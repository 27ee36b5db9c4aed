/** How far the team's tables reach at an instant. */
import { addDays, daysBetween } from '../calendar.ts';
import { named } from '../ports/googlesql-text.ts';
import type { Parameter, Warehouse } from '../ports/warehouse.ts';
import type { SourceState } from '../records/run-documents.ts';
import type { SourceColumn } from '../scorecard/language/pack/catalogue.ts';
import {
  type ProvidedSource,
  type SourcePack,
  type Sources,
  sourceQuery,
} from './sources-query.ts';

export { findSources, type Sources } from './sources-query.ts';

/** An instant (exclusive) and the local day that ends at it or contains it. */
export interface Instant {
  asOf: string;
  date: string;
}

const until = { asOf: 'as_of', date: 'date' };
const parametersOf = ({ asOf, date }: Instant): Record<string, Parameter> => ({
  as_of: { timestamp: asOf },
  date: { date },
});

/** The column that shows how far a table reaches; undefined where silence says nothing. */
function freshnessColumn({ contract, columns }: ProvidedSource): SourceColumn | undefined {
  const name =
    contract.freshness === 'none' ? undefined : (contract[contract.freshness] ?? undefined);
  if (name === undefined || !columns.has(name)) return undefined;
  return contract.columns.find((column) => column.name === name);
}

/**
 * The last complete day of each table, as far as it was known at the instant. Where silence is
 * normal it is the run's date. A DATE column is complete through its newest day. An instant on
 * the run's date means the feed runs, so that day counts; a feed that stopped earlier stopped
 * somewhere within its last day, so the day before that one is the last complete one.
 * An empty table has none.
 */
export async function sourceStates(
  warehouse: Warehouse,
  pack: SourcePack,
  sources: Sources,
  instant: Instant,
): Promise<SourceState[]> {
  const wanted = new Set(['accounts', ...pack.groups.flatMap((group) => group.sources)]);
  return Promise.all(
    [...wanted].sort().map(async (table): Promise<SourceState> => {
      const source = sources.get(table);
      if (!source) {
        return { table, state: 'missing', complete_through: null, rows: 0, matching: 0 };
      }
      const found = await lookAt(warehouse, source, accountsOf(sources), pack.zone, instant);
      return { table, state: 'provided', ...found };
    }),
  );
}

const accountsOf = (sources: Sources): ProvidedSource | undefined => sources.get('accounts');

/** How far a table reaches, its rows, and how many of them belong to an account. */
async function lookAt(
  warehouse: Warehouse,
  source: ProvidedSource,
  accounts: ProvidedSource | undefined,
  zone: string,
  instant: Instant,
): Promise<Pick<SourceState, 'complete_through' | 'rows' | 'matching'>> {
  const column = freshnessColumn(source);
  const newest =
    column === undefined
      ? 'CAST(NULL AS DATE)'
      : column.type === 'DATE'
        ? `MAX(known.${named(column.name)})`
        : `DATE(MAX(known.${named(column.name)}), '${zone}')`;
  const matched = accounts !== undefined && accounts !== source && source.columns.has('account_id');
  const only = new Set([...(matched ? ['account_id'] : []), column?.name ?? 'account_id']);
  const ids = { zone, until, only: new Set(['account_id']) };
  const [row] = await warehouse.query(
    [
      `SELECT COUNT(*) AS row_count, ${newest} AS newest, ${matched ? 'COUNT(valid.account_id)' : 'COUNT(*)'} AS matching`,
      `FROM (${sourceQuery(source, { zone, until, only })}) AS known`,
      ...(matched
        ? [
            `LEFT JOIN (SELECT DISTINCT account_id FROM (${sourceQuery(accounts, ids)}) AS accounts_now) AS valid`,
            'ON valid.account_id = known.account_id',
          ]
        : []),
    ].join('\n'),
    parametersOf(instant),
  );
  const rows = Number(row?.row_count ?? 0);
  const matching = Number(row?.matching ?? 0);
  return { complete_through: completeThrough(), rows, matching };

  function completeThrough(): string | null {
    if (rows === 0) return null;
    if (column === undefined) return instant.date;
    if (typeof row?.newest !== 'string') return null;
    if (row.newest >= instant.date) return instant.date;
    return column.type === 'DATE' ? row.newest : addDays(row.newest, -1);
  }
}

/**
 * Days between each group's last complete day, the earliest of its tables', and the date;
 * null where one of its tables is missing or empty.
 */
export function groupAges(
  pack: Pick<SourcePack, 'groups'>,
  states: readonly Pick<SourceState, 'table' | 'complete_through'>[],
  date: string,
): Record<string, number | null> {
  const complete = new Map(states.map((state) => [state.table, state.complete_through]));
  return Object.fromEntries(
    pack.groups.map((group) => {
      const ages = group.sources.map((source) => {
        const day = complete.get(source) ?? null;
        return day === null ? null : Math.max(0, daysBetween(day, date));
      });
      return [
        group.group,
        ages.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0),
      ];
    }),
  );
}
