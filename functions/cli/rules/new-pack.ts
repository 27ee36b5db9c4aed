/** The files of a new pack: a start that passes the checks, every number of it a hypothesis. */
import { Document, isCollection, isScalar, visit } from 'yaml';
import type { CandidateMetric, SheetProfile } from '../../evidence/sheet/profile.ts';
import type { Label } from '../../scorecard/language/pack/catalogue.ts';
import { schemaLine } from '../../scorecard/language/schema/json-schemas.ts';
import type { PackFile } from '../../scorecard/language/schema/scorecards.ts';
import { daysSinceLabel, inEnglish, isAscii, labelOf, metricIds } from './column-names.ts';

export interface NewPack {
  name: string;
  label: Label;
  purpose: NonNullable<PackFile['scores'][number]['purpose']>;
  zone: string;
}

/** A sheet as it was found: the table's name is the file's. */
export interface NewSheet {
  table: string;
  profile: SheetProfile;
  /** Column of the contract's accounts: the sheet's column. */
  attributes: Record<string, string>;
  /** Ids of the metrics that every pack has. */
  taken: readonly string[];
}

interface NewMeasure {
  id: string;
  metric: string;
  bool: boolean;
  lower: boolean;
  /** Ascending; those of the template start where points start. */
  thresholds: number[];
  max_age?: string;
}

const note: Label = {
  en: 'CS looks at it every week and talks first to whoever stands lowest.',
  ja: 'CSが毎週確認し、点数の低いお客様から順に連絡します。',
};

/** Texts by path from the root of the repository. */
export function newPackFiles(pack: NewPack, sheet?: NewSheet): Map<string, string> {
  const ids = sheet ? idsOf(sheet) : new Map<string, string>();
  const measures = sheet
    ? sheet.profile.scored.map((metric) => measureOf(metric, ids, maxAgeOf(sheet.profile)))
    : templateMeasures;
  const reference = sheet?.profile.reference.map(({ column }) => ids.get(column) ?? '') ?? [];
  const folder = `rules/${pack.name}`;
  const files = new Map<string, string>();
  const add = (path: string, comment: string, value: unknown): void => {
    files.set(path, `${schemaLine(path)}\n# ${comment}\n${yamlOf(value)}`);
  };
  add(
    `${folder}/pack.yaml`,
    'What this pack scores, and where its data is.',
    packOf(pack, ids, sheet),
  );
  add(`${folder}/bands.yaml`, 'From the worst up; `from` in points. Five are kept in mind.', {
    health: bands,
  });
  add(
    `${folder}/scorecards/main.yaml`,
    'Every step is a hypothesis: replace them by what your own customers show.',
    cardOf(pack, measures, reference),
  );
  add(
    `${folder}/scorecards/main.test.yaml`,
    'Examples: given these numbers, expect this score.',
    testsOf(pack, measures),
  );
  add(
    `${folder}/exemplars.yaml`,
    'Customers everybody agrees about: { account: ..., score: health, at_least: good, why: ... }',
    [],
  );
  if (sheet) {
    const path = `sql/metrics/${pack.name}/${groupOf(pack)}.yaml`;
    add(
      path,
      sheet.profile.outcome === null
        ? 'Columns of the sheet. Look at every direction: it is guessed.'
        : `Columns of the sheet. Look at directions: those that ${sheet.profile.outcome} shows beyond chance are so, others are guessed.`,
      groupFile(pack, sheet, ids),
    );
  }
  return files;
}

/** What is short is on one line, as people write it. */
const onOneLine = new Set([
  'label',
  'steps',
  'lookup',
  'expect',
  'sources',
  'attributes',
  'reference',
  'description',
]);

export function yamlOf(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Pair(_, { key, value: node }) {
      if (!isScalar(key) || !onOneLine.has(String(key.value))) return;
      if (isCollection(node)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const groupOf = ({ name }: NewPack): string => `${name}_sheet`.slice(0, 60);

const bands = [
  { id: 'critical', from: 0, label: { en: 'Critical', ja: '危険' } },
  { id: 'poor', from: 20, label: { en: 'Poor', ja: '要対応' } },
  { id: 'fair', from: 40, label: { en: 'Fair', ja: '要観察' } },
  { id: 'good', from: 60, label: { en: 'Good', ja: '良好' } },
  { id: 'excellent', from: 80, label: { en: 'Excellent', ja: '優良' } },
];

/** Where a customer is in its life. One whose contract ended is no trial, and has no score. */
const phases = [
  {
    id: 'ended',
    label: { en: 'Contract ended', ja: '契約終了' },
    when: 'has(metrics.contract_status) && metrics.contract_status == "ended"',
  },
  { id: 'use', label: { en: 'Use', ja: '利用中' }, when: 'true' },
];

/** Customers of a shop sign no contract that could end. */
const hasContracts = ({ purpose }: NewPack): boolean => purpose !== 'purchase';

/** Without a sheet: what daily use shows, from the table usage_daily. */
const templateMeasures: NewMeasure[] = [
  {
    id: 'active_days',
    metric: 'active_days_28d',
    bool: false,
    lower: false,
    thresholds: [0, 4, 8, 14, 19],
    max_age: '3d',
  },
  {
    id: 'silence',
    metric: 'days_since_last_use',
    bool: false,
    lower: true,
    thresholds: [0, 4, 10, 20, 40],
    max_age: '3d',
  },
  {
    id: 'errors',
    metric: 'error_rate_28d',
    bool: false,
    lower: true,
    thresholds: [0, 0.02, 0.05, 0.1],
    max_age: '3d',
  },
];

/** A week after the next row was due; null where rows have no day. */
const maxAgeOf = ({ every }: SheetProfile): string | null =>
  every === null ? null : `${every <= 7 ? 7 : every + 7}d`;

/** Metric ids by column; of a column of dates, such as days_since_last_login. */
function idsOf({ profile, taken }: NewSheet): Map<string, string> {
  const named = [...profile.scored, ...profile.reference].map(({ column, daysSince }) => ({
    column,
    name: daysSince && isAscii(inEnglish(column)) ? `days since ${inEnglish(column)}` : column,
  }));
  const ids = metricIds(
    named.map(({ name }) => name),
    taken,
  );
  return new Map(named.map(({ column, name }) => [column, ids.get(name) ?? '']));
}

function measureOf(
  { column, type, direction, quantiles }: CandidateMetric,
  ids: ReadonlyMap<string, string>,
  maxAge: string | null,
): NewMeasure {
  const id = ids.get(column) ?? '';
  return {
    id,
    metric: id,
    bool: type === 'bool',
    lower: direction === 'lower',
    // The highest value itself is no step: hardly anybody would be on it.
    thresholds: quantiles.length > 2 ? quantiles.slice(0, -1) : quantiles,
    ...(maxAge === null ? {} : { max_age: maxAge }),
  };
}

function packOf(pack: NewPack, ids: ReadonlyMap<string, string>, sheet?: NewSheet) {
  const base = {
    pack: pack.name,
    label: pack.label,
    zone: pack.zone,
    as_of: 'midnight',
    scores: [
      {
        id: 'health',
        label: { en: 'Health score', ja: 'ヘルススコア' },
        purpose: pack.purpose,
        points: 100,
        min_confidence: 0.5,
        hysteresis: 2,
      },
    ],
    ...(hasContracts(pack) ? { phases } : {}),
  };
  if (!sheet) return { ...base, attributes: ['name', 'owner'] };
  const { table, profile, attributes } = sheet;
  const renamed = [...ids]
    .filter(([column, id]) => column !== id)
    .map(([column, id]) => [id, column]);
  const columns = {
    ...(profile.id === 'account_id' ? {} : { account_id: profile.id }),
    ...Object.fromEntries(renamed),
  };
  const shown = Object.keys(attributes);
  return {
    ...base,
    ...(shown.length > 0 ? { attributes: shown } : {}),
    metrics: {
      table,
      ...(profile.date === null ? {} : { date: profile.date, max_age: maxAgeOf(profile) }),
      columns,
    },
    // With a row per account and day, accounts are a table of their own.
    ...(profile.date === null
      ? { tables: { accounts: { table, columns: { account_id: profile.id, ...attributes } } } }
      : {}),
  };
}

/** Points of the measures: whole, and 100 together. */
function pointsOf(measures: readonly NewMeasure[]): number[] {
  const even = Math.floor(100 / measures.length);
  return measures.map((_, i) => even + (i < 100 - even * measures.length ? 1 : 0));
}

function stepsOf({ thresholds, lower }: NewMeasure, points: number): [number, number][] {
  const last = thresholds.length - 1;
  return thresholds.map((threshold, i) => {
    const share = last === 0 ? 1 : (lower ? last - i : i) / last;
    return [threshold, Math.round(points * share)];
  });
}

function cardOf(pack: NewPack, measures: readonly NewMeasure[], reference: readonly string[]) {
  const points = pointsOf(measures);
  return {
    score: 'health',
    scorecard: 'main',
    version: '0.1.0',
    label: { en: 'Health', ja: '健康度' },
    purpose: pack.purpose,
    note,
    ...(hasContracts(pack) ? { applies_to: 'account.phase != "ended"' } : {}),
    measures: measures.map((measure, i) => {
      const { id, metric, bool, lower, max_age } = measure;
      const most = points[i] ?? 0;
      return {
        id,
        metric,
        points: most,
        ...(bool
          ? { lookup: lower ? { false: most, true: 0 } : { false: 0, true: most } }
          : { steps: stepsOf(measure, most) }),
        missing: 'exclude',
        ...(max_age === undefined ? {} : { max_age }),
        hypothesis: true,
      };
    }),
    ...(reference.length > 0 ? { reference } : {}),
  };
}

function testsOf(pack: NewPack, measures: readonly NewMeasure[]) {
  const values = (best: boolean) =>
    Object.fromEntries(
      measures.map(({ metric, bool, lower, thresholds }) => {
        const high = best !== lower;
        const value = (high ? thresholds.at(-1) : thresholds[0]) ?? 0;
        return [metric, bool ? value === 1 : value];
      }),
    );
  return [
    {
      name: 'the best in everything earns all points',
      metrics: values(true),
      expect: { scorecard: 'main', points: 100, band: 'excellent', confidence: 1 },
    },
    {
      name: 'the worst in everything earns none',
      metrics: values(false),
      expect: { points: 0, band: 'critical' },
    },
    { name: 'of whom nothing is known, nothing is said', metrics: {}, expect: { band: 'unknown' } },
    ...(hasContracts(pack)
      ? [
          {
            name: 'whose contract ended has no score',
            metrics: { ...values(true), contract_status: 'ended' },
            expect: { scorecard: null, phase: 'ended', points: null, band: null },
          },
        ]
      : []),
  ];
}

function groupFile(pack: NewPack, { profile }: NewSheet, ids: ReadonlyMap<string, string>) {
  return {
    group: groupOf(pack),
    sources: ['mart'],
    metrics: [...profile.scored, ...profile.reference].map(
      ({ column, type, direction, daysSince }) => {
        const id = ids.get(column) ?? '';
        const label = daysSince ? daysSinceLabel(column, id) : labelOf(column, id);
        return {
          id,
          type,
          ...(daysSince ? { unit: 'days', days_since: true } : {}),
          direction,
          nullable: true,
          label,
          description: daysSince
            ? {
                en: `Days from the sheet's column "${column}" to the day that is scored.`,
                ja: `シートの列「${column}」から算出日までの日数。`,
              }
            : { en: `As in the sheet: ${label.en}.`, ja: `シートの列「${column}」。` },
        };
      },
    ),
  };
}
