/** Reads `routing.yaml`: teams, owners, and when an account changes hands. */
import { createHash } from 'node:crypto';
import type { Expression, Scope } from '../cel/expressions.ts';
import type { Milestone, OwnerRule, Routing, RoutingCell } from '../pack/routing.ts';
import { isNoAttribute, isNone, type Report, requireUnique, suggestion } from '../problems.ts';
import type { RoutingFile } from '../schema/routing.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { readShown, type ShownContext, shownScope } from './shown.ts';

interface Reader {
  data: RoutingFile;
  report: Report;
  context: ShownContext;
  scope: Scope;
}

type WrittenOwner = RoutingFile['teams'][number]['owner'];
type Heading = NonNullable<RoutingFile['table']>['rows'][number];

/** `text`: the file as written, which the routing's hash is of. */
export function readRouting(
  document: YamlDocument<RoutingFile>,
  text: string,
  context: ShownContext,
): Routing {
  const { data, report } = document;
  const reader: Reader = { data, report, context, scope: shownScope(context) };
  const { teams, changes, hand_over: handOver } = data;
  requireIds(reader, ['teams'], teams);
  requireIds(reader, ['hand_over', 'checklist'], handOver.checklist);
  return {
    teams: teams.map(({ id, label }) => ({ id, label })),
    milestones: changes === 'never' ? [] : changes.at.map((name, i) => milestone(reader, name, i)),
    cells: [...plainCells(reader), ...tableCells(reader)],
    checklist: handOver.checklist,
    hash: createHash('sha256').update(text).digest('hex').slice(0, 16),
  };
}

function requireIds(
  { report }: Reader,
  path: PropertyKey[],
  entries: readonly { id: string }[],
): void {
  const ids = entries.map(({ id }) => id);
  requireUnique(ids, 'ids here are unique', report, (i) => [...path, i, 'id']);
}

function milestone(
  { context: { attributes }, report }: Reader,
  name: string,
  i: number,
): Milestone {
  const column = name.slice('account.'.length);
  if (name !== 'phase' && !attributes.includes(column)) {
    report(['changes', 'at', i], isNoAttribute(name, column, attributes));
  }
  return name === 'phase' ? name : `account.${column}`;
}

function plainCells(reader: Reader): RoutingCell[] {
  const { data, report } = reader;
  const { cells, table } = data;
  const last = table ? -1 : cells.length - 1;
  if (cells.length === 0 && !table) {
    report([], 'has neither cells nor a table: say which accounts go to which team');
  }
  return cells.flatMap(({ label, when, team, owner }, i) => {
    if (when === undefined && i !== last) {
      report(['cells', i], 'takes every account, so that nothing below it is reached: add when');
    } else if (when !== undefined && i === last) {
      report(['cells', i, 'when'], `is the last one: ${catchAll}`);
    }
    const conditions = condition(reader, ['cells', i, 'when'], when);
    const known = requireTeam(reader, ['cells', i, 'team'], team);
    if (!conditions || !known) return [];
    const rule = owner === undefined ? teamOwner(reader, team) : owner;
    return [
      { label, when: conditions, team, owner: ownerRule(reader, ['cells', i, 'owner'], rule) },
    ];
  });
}

const catchAll = 'leave its when out, so that every account has a team';

/** The table row by row: the first row that holds, then its first column that holds. */
function tableCells(reader: Reader): RoutingCell[] {
  const { table } = reader.data;
  if (!table) return [];
  const rows = headings(reader, 'rows', table.rows);
  const columns = headings(reader, 'columns', table.columns);
  refuseUnknown(reader, ['table', 'teams'], table.teams, table.rows);
  return rows.flatMap(({ id: row, label, when }) => {
    const teams = table.teams[row];
    if (!teams) {
      reader.report(['table', 'teams'], `lacks the row ${row}: name a team for each column of it`);
      return [];
    }
    refuseUnknown(reader, ['table', 'teams', row], teams, table.columns);
    return columns.flatMap((column) => {
      const path = ['table', 'teams', row];
      const team = teams[column.id];
      if (team === undefined) {
        reader.report(path, `lacks the column ${column.id}: name its team`);
        return [];
      }
      if (!requireTeam(reader, [...path, column.id], team)) return [];
      return [
        {
          label: {
            en: `${label.en} × ${column.label.en}`,
            ja: `${label.ja} × ${column.label.ja}`,
          },
          when: [...when, ...column.when],
          team,
          owner: ownerRule(reader, path, teamOwner(reader, team)),
        },
      ];
    });
  });
}

function headings(
  reader: Reader,
  axis: 'rows' | 'columns',
  written: readonly Heading[],
): (Omit<Heading, 'when'> & { when: Expression[] })[] {
  const path = ['table', axis];
  requireIds(reader, path, written);
  return written.flatMap(({ id, label, when }, i) => {
    if (when === undefined && i < written.length - 1) {
      reader.report(
        [...path, i],
        'takes every account, so that nothing after it is reached: add when',
      );
    } else if (when !== undefined && i === written.length - 1) {
      reader.report([...path, i, 'when'], `is the last one: ${catchAll}`);
    }
    const conditions = condition(reader, [...path, i, 'when'], when);
    return conditions ? [{ id, label, when: conditions }] : [];
  });
}

function refuseUnknown(
  { report }: Reader,
  path: PropertyKey[],
  written: Readonly<Record<string, unknown>>,
  known: readonly { id: string }[],
): void {
  const ids = known.map(({ id }) => id);
  for (const id of Object.keys(written)) {
    if (!ids.includes(id)) {
      report([...path, id], `is none of ${ids.join(', ')}${suggestion(id, ids)}`);
    }
  }
}

function condition(
  reader: Reader,
  path: PropertyKey[],
  text: string | undefined,
): Expression[] | undefined {
  if (text === undefined) return [];
  const when = readShown(reader.report, path, text, 'signal', reader);
  return when && [when];
}

function requireTeam({ data, report }: Reader, path: PropertyKey[], team: string): boolean {
  const ids = data.teams.map(({ id }) => id);
  if (ids.includes(team)) return true;
  report(path, isNone(team, 'none of the teams', ids));
  return false;
}

function teamOwner({ data }: Reader, team: string): WrittenOwner {
  return data.teams.find(({ id }) => id === team)?.owner;
}

function ownerRule(
  { context: { attributes }, report }: Reader,
  path: PropertyKey[],
  written: WrittenOwner,
): OwnerRule {
  if (written === undefined) return null;
  if (typeof written !== 'string') return { among: written };
  const column = /^account\.(.*)$/.exec(written)?.[1];
  if (column === undefined) return { name: written };
  if (!attributes.includes(column)) {
    report(path, isNoAttribute(`owned by ${written}`, column, attributes));
  }
  return { column };
}
