/** Checks of the tables: the team's and our own. */
import { momentOf } from '../inputs/moments.ts';
import { lackingColumns, usedColumns } from '../inputs/source-columns.ts';
import { findSources, type Instant, sourceStates } from '../inputs/sources.ts';
import type { ProvidedSource } from '../inputs/sources-query.ts';
import type { FoundTable, TableColumn, TableSchema } from '../ports/warehouse.ts';
import type { Label } from '../scorecard/language/pack/catalogue.ts';
import { plain } from '../scorecard/meaning/texts.ts';
import type { Check, Examined } from './checks.ts';
import { type Found, ok, problem, warning } from './report.ts';
import { newestRun } from './run-checks.ts';
import { freshness, ownTables, sources as texts, titles } from './texts.ts';

export const sourceTables: Check = {
  id: 'sources',
  needs: ['configuration', 'google-credentials'],
  async look({ warehouse, pack, location }) {
    const sources = await findSources(warehouse, pack);
    const findings: Found[] = [];
    for (const name of ['accounts', ...new Set(pack.groups.flatMap((group) => group.sources))]) {
      const source = sources.get(name);
      const own = pack.tables.get(name)?.table ?? name;
      const title = texts.table(own);
      if (source) {
        const wrong = [...columnFindings(title, source), ...placeFindings(title, source, location)];
        const columns = usedColumns(pack, source);
        const found = [...columns].filter((column) => source.columns.has(column)).length;
        findings.push(...(wrong.length > 0 ? wrong : [ok(title, texts.found(found))]));
      } else if (name === 'accounts') {
        findings.push(problem(title, texts.noAccounts(own)));
      } else {
        const groups = pack.groups.filter((each) => each.sources.includes(name));
        const names = groups.map(({ group }) => group);
        findings.push(warning(title, texts.noTable(own, names)));
      }
    }
    return findings;

    function columnFindings(title: Label, source: ProvidedSource): Found[] {
      const lacking = lackingColumns(source, usedColumns(pack, source), pack);
      const optional = lacking.filter(({ required }) => !required).map(({ name }) => name);
      return [
        ...lacking
          .filter(({ required }) => required)
          .map(({ name, sentence }) =>
            problem(title, texts.noColumn(sentence, source.table, ownName(source, name))),
          ),
        ...(optional.length > 0
          ? [warning(title, texts.noOptionalColumns(source.table, optional))]
          : []),
      ];
    }

    function ownName({ contract }: ProvidedSource, column: string): string {
      return pack.tables.get(contract.table)?.columns.get(column) ?? column;
    }
  },
};

function placeFindings(
  title: Label,
  { location: found }: { location: string | null },
  wanted: string | null,
): Found[] {
  return found === null || wanted === null || found.toLowerCase() === wanted.toLowerCase()
    ? []
    : [problem(title, texts.elsewhere(found, wanted))];
}

/** What a run would find now; on a laptop, where days stand still, what the last one found. */
export const sourceFreshness: Check = {
  id: 'freshness',
  needs: ['sources', 'documents'],
  async look(examined) {
    const { warehouse, pack } = examined;
    const instant = await instantOf(examined);
    const sources = await findSources(warehouse, pack);
    const states = await sourceStates(warehouse, pack, sources, instant);
    return states
      .filter(({ state }) => state === 'provided')
      .map(({ table, complete_through: through }) => {
        const title = texts.table(pack.tables.get(table)?.table ?? table);
        if (through === null) return warning(title, freshness.empty(instant.date));
        if (through < instant.date) return warning(title, freshness.late(through, instant.date));
        return ok(title, freshness.complete(through));
      });
  },
};

async function instantOf(examined: Examined): Promise<Instant> {
  const { place, clock, pack } = examined;
  const last = place === 'local' ? await newestRun(examined) : undefined;
  return last
    ? { asOf: last.data.as_of, date: last.data.date }
    : momentOf(clock.now().toISOString(), pack);
}

export const ownTablesThere: Check = {
  id: 'own-tables',
  needs: ['configuration', 'google-credentials'],
  async look({ warehouse, tables, location }) {
    const findings: Found[] = [];
    for (const [name, schema] of tables) {
      const title = ownTables.table(name);
      const found = await warehouse.describe(name);
      const difference = found && layoutDifference(schema, found);
      const elsewhere = found ? placeFindings(title, found, location) : [];
      if (!found) findings.push(problem(title, ownTables.missing));
      else if (difference) findings.push(problem(title, ownTables.differs(difference)));
      else findings.push(...(elsewhere.length > 0 ? elsewhere : [ok(title)]));
    }
    return findings.length > 0 ? findings : [ok(titles['own-tables'], plain('0'))];
  },
};

/** The first thing in which a table is not as its file says. */
function layoutDifference(wanted: TableSchema, found: FoundTable): Label | undefined {
  const there = new Map(found.columns.map((column) => [column.name, column]));
  for (const column of wanted.columns) {
    const other = there.get(column.name);
    if (!other) return ownTables.noColumn(column.name);
    if (formOf(other) !== formOf(column)) {
      return ownTables.otherColumn(column.name, formOf(other), formOf(column));
    }
    there.delete(column.name);
  }
  const [surplus] = there.keys();
  if (surplus !== undefined) return ownTables.surplusColumn(surplus);
  if (wanted.partition !== found.partition)
    return ownTables.otherPartition(wanted.partition ?? '-');
  const cluster = wanted.cluster?.join(', ') ?? '';
  return cluster === (found.cluster?.join(', ') ?? '')
    ? undefined
    : ownTables.otherCluster(cluster);
}

const formOf = ({ type, required }: TableColumn): string => (required ? `${type} NOT NULL` : type);
