/** A pack of a calibrated scorecard: every number with its reason beside it. */
import { Document, isMap, isSeq, visit } from 'yaml';
import { dateOf } from '../../calendar.ts';
import { binOf } from '../../evidence/calibrate/binning.ts';
import type { CalibratedMeasure } from '../../evidence/calibrate/points.ts';
import { binOfRank } from '../../evidence/calibrate/states.ts';
import type { Column } from '../../evidence/calibrate/table.ts';
import type { Tried } from '../../evidence/try-table.ts';
import { schemaLine } from '../../scorecard/language/schema/json-schemas.ts';
import { csv } from '../output.ts';
import { labelOf, metricIds } from '../rules/column-names.ts';
import { yamlOf } from '../rules/new-pack.ts';
import { measureReason } from './measure-reason.ts';

export interface CalibratedPack {
  /** Texts by path from the root of the repository. */
  rules: Map<string, string>;
  /** The table as the pack reads it: one plain number, yes or no, or text a cell. */
  data: Map<string, string>;
}

/** Fewer bands take their names from the ends. */
const bandLabels = [
  { id: 'critical', label: { en: 'Critical', ja: '危険' } },
  { id: 'poor', label: { en: 'Poor', ja: '要対応' } },
  { id: 'fair', label: { en: 'Fair', ja: '要観察' } },
  { id: 'good', label: { en: 'Good', ja: '良好' } },
  { id: 'excellent', label: { en: 'Excellent', ja: '優良' } },
];

/**
 * @param records the rows of the file, to take over the names of accounts
 * @param taken ids of metrics that every pack has
 */
export function calibratedPack(
  name: string,
  tried: Tried,
  {
    header,
    records,
    taken,
  }: {
    header: readonly string[];
    records: readonly (readonly string[])[];
    taken: readonly string[];
  },
): CalibratedPack {
  const columns = columnsOf(tried);
  const ids = metricIds(
    [...columns.measured, ...columns.sums].map(({ id }) => id),
    taken,
  );
  const folder = `rules/${name}`;
  const rules = new Map<string, string>();
  const add = (path: string, comment: string, text: string) =>
    rules.set(path, `${schemaLine(path)}\n# ${comment}\n${text}`);
  const evidence = tried.verdict.en;
  const proven = tried.verdict.verdict === 'predicts';
  add(
    `${folder}/pack.yaml`,
    `Calibrated from outcomes. ${evidence}`,
    yamlOf(packOf(name, tried, columns.sums, ids)),
  );
  add(
    `${folder}/bands.yaml`,
    'From the worst up: a tenth, a quarter, a half and three quarters of the accounts lie below.',
    yamlOf({ health: bandsOf(tried) }),
  );
  add(
    `${folder}/scorecards/main.yaml`,
    `Points are weights of a regression on ${tried.accounts} accounts, ${tried.churned} of which left. ${evidence}`,
    cardText(tried.measures, ids, proven),
  );
  add(
    `${folder}/scorecards/main.test.yaml`,
    'Examples: given these numbers, expect this score.',
    yamlOf(testsOf(tried, ids)),
  );
  add(
    `${folder}/exemplars.yaml`,
    'Customers everybody agrees about: { account: ..., score: health, at_least: good, why: ... }',
    yamlOf([]),
  );
  const group = `${name}_table`.slice(0, 60);
  add(
    `sql/metrics/${name}/${group}.yaml`,
    'Columns of the table. Directions are those that the outcomes show.',
    yamlOf({
      group,
      sources: ['mart'],
      metrics: columns.measured.map((column) =>
        metricOf(column, tried.measures, ids.get(column.id) ?? ''),
      ),
    }),
  );
  return { rules, data: dataOf(name, tried, columns.measured, ids, header, records) };
}

/** What measures read: columns of the table, and sums made of them. */
function columnsOf({ table, measures }: Tried): { measured: Column[]; sums: Column[] } {
  const used = measures.map(({ binning }) => binning.column);
  const sums = used.filter(({ sumOf }) => sumOf);
  const read = new Set([
    ...used.filter(({ sumOf }) => !sumOf).map(({ id }) => id),
    ...sums.flatMap(({ sumOf }) => sumOf ?? []),
  ]);
  return { measured: table.columns.filter(({ id }) => read.has(id)), sums };
}

function packOf(
  name: string,
  { read, measures }: Tried,
  sums: readonly Column[],
  ids: ReadonlyMap<string, string>,
) {
  return {
    pack: name,
    label: { en: name, ja: `${name}のヘルススコア` },
    zone: 'Asia/Tokyo',
    as_of: 'midnight',
    scores: [
      {
        id: 'health',
        label: { en: 'Health score', ja: 'ヘルススコア' },
        purpose: 'churn',
        points: 100,
        min_confidence: 0.5,
        hysteresis: 0,
      },
    ],
    metrics: { table: name, ...(read.day === null ? {} : { date: 'day' }) },
    // With a row per account and day, accounts are a table of their own.
    ...(read.day === null ? { tables: { accounts: { table: name } } } : {}),
    ...(sums.length === 0
      ? {}
      : {
          derive: sums.map((sum) => {
            const parts = (sum.sumOf ?? []).map((part) => `metrics.${ids.get(part)}`);
            const id = ids.get(sum.id) ?? '';
            return {
              id,
              expression: parts.join(' + '),
              type: 'float',
              direction: directionOf(sum, measures),
              label: labelOf(sum.id, id),
            };
          }),
        }),
  };
}

const directionOf = ({ id, levels }: Column, measures: readonly CalibratedMeasure[]): string =>
  levels
    ? 'none'
    : (measures.find(({ binning }) => binning.column.id === id)?.binning.direction ?? 'none');

function bandsOf({ bands }: Pick<Tried, 'bands'>) {
  const named =
    bands.length >= 5 ? bandLabels : [...bandLabels.slice(0, bands.length - 1), bandLabels[4]];
  return bands.map(({ from }, i) => ({ id: named[i]?.id, from, label: named[i]?.label }));
}

/** The scorecard with a comment over every measure: what its steps rest on. */
function cardText(
  measures: readonly CalibratedMeasure[],
  ids: ReadonlyMap<string, string>,
  proven: boolean,
): string {
  const card = {
    score: 'health',
    scorecard: 'main',
    version: '0.1.0',
    label: { en: 'Health', ja: '健康度' },
    purpose: 'churn',
    note: {
      en: 'CS looks at it every week and talks first to whoever stands lowest.',
      ja: 'CSが毎週確認し、点数の低いお客様から順に連絡します。',
    },
    measures: measures.map((measure) => {
      const id = ids.get(measure.binning.column.id) ?? '';
      return {
        id,
        metric: id,
        points: measure.most,
        ...earningOf(measure),
        missing: { points: measure.missing },
        ...(proven ? {} : { hypothesis: true }),
      };
    }),
  };
  const document = new Document(card);
  const list = document.get('measures');
  if (isSeq(list)) {
    for (const [i, item] of list.items.entries()) {
      const measure = measures[i];
      if (isMap(item) && measure) item.commentBefore = ` ${measureReason(measure).en}`;
    }
  }
  visit(document, {
    Pair(_, { key, value }) {
      const short = ['label', 'note', 'steps', 'lookup', 'missing'].includes(String(key));
      if (short && (isMap(value) || isSeq(value))) value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Points as the language writes them. */
export function earningOf({ binning, points }: CalibratedMeasure) {
  const { column, cuts, levelBins } = binning;
  if (levelBins && column.levels) {
    const seen = column.levels.flatMap((level, i): [string, number][] => {
      const bin = levelBins[i] ?? -1;
      return bin < 0 ? [] : [[level, points[bin] ?? 0]];
    });
    return { lookup: Object.fromEntries(seen) };
  }
  if (column.steps) {
    const all = column.steps.map((text, i) => [text, points[binOf(binning, i)] ?? 0]);
    return { lookup: Object.fromEntries(all) };
  }
  if (column.bool) return { lookup: { false: points[0] ?? 0, true: points.at(-1) ?? 0 } };
  return { steps: [lowestOf(column), ...cuts].map((from, bin) => [from, points[bin] ?? 0]) };
}

/** Where the first step begins: 0 for what cannot be below it, else far below all values. */
function lowestOf({ values }: Column): number {
  const lowest = values.reduce((low, value) => (value < low ? value : low), 0);
  return lowest === 0 ? 0 : -(10 ** Math.ceil(Math.log10(-lowest) + 1));
}

function metricOf(column: Column, measures: readonly CalibratedMeasure[], id: string) {
  const { levels, bool, values } = column;
  const whole = values.every((value) => Number.isNaN(value) || Number.isSafeInteger(value));
  const label = labelOf(column.id, id);
  return {
    id,
    type: levels ? 'enum' : bool ? 'bool' : whole ? 'int' : 'float',
    ...(levels ? { values: [...levels] } : {}),
    direction: directionOf(column, measures),
    nullable: true,
    label,
    description: { en: `As in the table: ${label.en}.`, ja: `表の列「${column.id}」。` },
  };
}

/** An account that is best in everything, one that is worst, and one of whom nothing is known. */
function testsOf({ measures, bands }: Tried, ids: ReadonlyMap<string, string>) {
  const values = (best: boolean) => {
    const found: Record<string, number | boolean | string> = {};
    for (const { binning } of measures) {
      const bin = binOfRank(binning, best ? binning.bins.length - 1 : 0);
      setValue(found, binning.column, valueIn(binning, bin), ids);
    }
    return found;
  };
  const last = bandsOf({ bands }).at(-1)?.id;
  const known = (rank: 'best' | 'worst') =>
    measures.reduce((sum, { binning, points }) => {
      const bin = binOfRank(binning, rank === 'best' ? binning.bins.length - 1 : 0);
      return sum + (points[bin] ?? 0);
    }, 0);
  return [
    {
      name: 'the best in everything',
      metrics: values(true),
      expect: {
        scorecard: 'main',
        points: known('best'),
        confidence: 1,
        ...(known('best') === 100 ? { band: last } : {}),
      },
    },
    {
      name: 'the worst in everything',
      metrics: values(false),
      expect: { points: known('worst') },
    },
    { name: 'of whom nothing is known, nothing is said', metrics: {}, expect: { band: 'unknown' } },
  ];
}

/** A value that stands in the bin. */
function valueIn({ column, cuts, levelBins }: CalibratedMeasure['binning'], bin: number): number {
  if (levelBins) return levelBins.indexOf(bin);
  if (column.bool) return bin;
  return bin === 0 ? lowestOf(column) : (cuts[bin - 1] ?? 0);
}

function setValue(
  into: Record<string, number | boolean | string>,
  column: Column,
  value: number,
  ids: ReadonlyMap<string, string>,
): void {
  const id = ids.get(column.id) ?? '';
  if (column.sumOf) {
    for (const [i, part] of column.sumOf.entries())
      into[ids.get(part) ?? ''] ??= i === 0 ? value : 0;
  } else into[id] = column.levels?.[value] ?? (column.bool ? value === 1 : value);
}

function dataOf(
  name: string,
  { read }: Tried,
  columns: readonly Column[],
  ids: ReadonlyMap<string, string>,
  header: readonly string[],
  records: readonly (readonly string[])[],
): Map<string, string> {
  const cell = (record: number, column: string | null) =>
    (records[record]?.[header.indexOf(column ?? '')] ?? '').trim();
  // Without an id, a row is told by its place in the file, where the first one names the columns.
  const accountOf = (record: number) =>
    read.account === null ? `row_${record + 2}` : cell(record, read.account);
  const rows = read.records.map((record, row) => [
    accountOf(record),
    ...(read.day === null ? [] : [dateOf(read.table.day?.[row] ?? 0)]),
    ...columns.map((column) => textOf(column, column.values[row] ?? Number.NaN)),
  ]);
  const names = [
    'account_id',
    ...(read.day === null ? [] : ['day']),
    ...columns.map(({ id }) => ids.get(id) ?? ''),
  ];
  const data = new Map([[`${name}.csv`, `${csv([names, ...rows])}\n`]]);
  if (read.day !== null) {
    const accounts = [...new Set(read.records.map(accountOf))];
    data.set('accounts.csv', `${csv([['account_id'], ...accounts.map((one) => [one])])}\n`);
  }
  return data;
}

function textOf({ levels, bool }: Column, value: number): string {
  if (Number.isNaN(value)) return '';
  return levels?.[value] ?? (bool ? String(value === 1) : String(value));
}
