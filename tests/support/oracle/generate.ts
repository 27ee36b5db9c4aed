/** Generates whole packs as file texts, accounts for them, and changes of both. */
import fc, { type GeneratorValue } from 'fast-check';
import type { Values } from './interpreter.ts';

/** Draws values inside one generated case. */
export class Draw {
  readonly #draw: GeneratorValue;

  constructor(draw: GeneratorValue) {
    this.#draw = draw;
  }

  int(min: number, max: number): number {
    return this.#draw(fc.integer, { min, max });
  }

  chance(percent: number): boolean {
    return this.int(1, 100) <= percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T;
  }

  /** A sorted list of different numbers. */
  ascending(count: number, min: number, max: number): number[] {
    const numbers = new Set<number>();
    while (numbers.size < count) numbers.add(this.int(min, max));
    return [...numbers].sort((a, b) => a - b);
  }
}

export const draws = fc.gen().map((draw) => new Draw(draw));

type Type = 'int' | 'float' | 'bool' | 'enum';

interface MetricSpec {
  id: string;
  type: Type;
  direction: 'higher' | 'lower' | 'none';
  values?: string[];
  group: string;
}

/** A generated pack: its files, and what its accounts may have. */
export interface GeneratedPack {
  files: Map<string, string>;
  metrics: MetricSpec[];
  groups: string[];
}

const label = { en: 'x', ja: 'x' };
const texts = ['low', 'middle', 'high', 'top'];
const plans = ['basic', 'pro', 'team', ''];

const accountsSource = {
  table: 'accounts',
  description: 'x',
  kind: 'dimension',
  current_only: true,
  columns: [
    { name: 'account_id', type: 'STRING', required: true, description: 'x' },
    { name: 'name', type: 'STRING', required: true, description: 'x' },
    { name: 'plan', type: 'STRING', description: 'x' },
    { name: 'tier', type: 'STRING', required: true, values: ['a', 'b', 'c'], description: 'x' },
    { name: 'mrr', type: 'FLOAT64', description: 'x' },
    { name: 'vip', type: 'BOOL', description: 'x' },
    { name: 'since', type: 'DATE', description: 'x' },
  ],
};

/** Metrics of a company; rules come and go, metrics mostly stay. */
export function drawMetrics(draw: Draw): MetricSpec[] {
  return Array.from({ length: draw.int(3, 7) }, (_, i): MetricSpec => {
    const type = draw.pick<Type>(['int', 'float', 'float', 'bool', 'enum']);
    return {
      id: `m${i}`,
      type,
      direction: draw.pick(['higher', 'higher', 'lower', 'none']),
      ...(type === 'enum' ? { values: texts.slice(0, draw.int(2, 4)) } : {}),
      group: i % 2 === 0 ? 'first' : 'second',
    };
  });
}

/** The catalogue of a later day: texts of enums in another order, some gone, some new. */
export function reviseMetrics(draw: Draw, metrics: readonly MetricSpec[]): MetricSpec[] {
  return metrics.map((metric) => {
    if (!metric.values || draw.chance(40)) return metric;
    const values = [...metric.values, 'new'].toSorted(() => draw.int(-1, 1));
    return { ...metric, values: draw.chance(30) ? values.slice(0, 2) : values };
  });
}

/** `plain`: one scorecard for everybody, no conditions, no derived metrics. */
export function drawPack(
  draw: Draw,
  metrics = drawMetrics(draw),
  { plain = false } = {},
): GeneratedPack {
  const files = new Map<string, string>();
  const write = (path: string, value: unknown) => files.set(path, JSON.stringify(value, null, 1));
  write('sql/sources/accounts.yaml', accountsSource);
  for (const group of ['first', 'second']) {
    const own = metrics.filter((metric) => metric.group === group);
    write(`sql/metrics/shared/${group}.yaml`, {
      group,
      sources: ['accounts'],
      metrics: own.map(({ group: _group, ...metric }) => ({
        ...metric,
        nullable: true,
        label,
        description: label,
      })),
    });
    files.set(`sql/metrics/shared/${group}.sql`, 'SELECT 1');
  }
  const derived = plain ? [] : drawDerived(draw, metrics);
  const readable = [
    ...metrics,
    ...derived.map(({ id, type, direction }) => ({ id, type, direction, group: '' })),
  ];
  const phases = Array.from({ length: plain ? 0 : draw.int(0, 2) }, (_, i) => ({
    id: `p${i}`,
    label,
    when: drawCondition(draw, readable, false),
  }));
  const phaseIds = phases.map(({ id }) => id);
  const scale = draw.pick([100, 100, 200, 37.5]);
  const scores = ['health', ...(draw.chance(30) ? ['approach'] : [])];
  const bands = scores.map(() => drawBands(draw, scale));
  write('rules/gen/pack.yaml', {
    pack: 'gen',
    label,
    zone: 'Asia/Tokyo',
    as_of: draw.pick(['midnight', 'slot']),
    scores: scores.map((id, i) => ({
      id,
      label,
      points: scale,
      min_confidence: draw.pick([0, 0.2, 0.5, 0.8]),
      hysteresis: draw.chance(60)
        ? Math.floor(narrowest(bands[i] ?? [], scale)) - draw.int(1, 3)
        : 0,
      ...(draw.chance(50) ? { trend: { days: 28, change: draw.pick([1, 5, 20]) } } : {}),
      ...(draw.chance(30) ? { headline: draw.pick(readable).id } : {}),
    })),
    phases,
    attributes: ['name', 'plan', 'mrr'],
    derive: derived,
  });
  write('rules/gen/bands.yaml', Object.fromEntries(scores.map((id, i) => [id, bands[i]])));
  for (const [i, score] of scores.entries()) {
    const cards = plain ? 1 : draw.int(1, 3);
    const general = plain || draw.chance(80);
    for (let c = 0; c < cards; c++) {
      const name = `${score}_${c}`;
      const conditional = c < cards - 1 || !general;
      write(`rules/gen/scorecards/${name}.yaml`, {
        score,
        scorecard: name,
        version: `1.0.${draw.int(0, 9)}`,
        label,
        ...(conditional ? { applies_to: drawCondition(draw, readable, true, phaseIds) } : {}),
        measures: drawMeasures(draw, readable),
        reference: draw.chance(30) ? [draw.pick(readable).id] : [],
        caps: Array.from({ length: plain ? 0 : draw.int(0, 2) }, (_, k) => ({
          id: `c${k}`,
          when: drawCondition(draw, readable, true, phaseIds),
          at_most: draw.pick(bands[i] ?? []).id,
          label,
        })),
      });
    }
  }
  return { files, metrics, groups: ['first', 'second'] };
}

function drawBands(draw: Draw, scale: number): { id: string; from: number; label: object }[] {
  const eighths = draw.ascending(draw.int(1, 6), 1, 7);
  const inner = eighths.map((n) => Math.round((n * scale * 100) / 8) / 100);
  return [0, ...inner].map((from, i) => ({ id: `b${i}`, from, label }));
}

function narrowest(bands: readonly { from: number }[], scale: number): number {
  return Math.min(...bands.map(({ from }, i) => (bands[i + 1]?.from ?? scale) - from));
}

type Readable = Pick<MetricSpec, 'id' | 'type' | 'direction' | 'values'>;

function drawDerived(draw: Draw, metrics: readonly MetricSpec[]) {
  const numbers = metrics.filter(({ type }) => type === 'int' || type === 'float');
  const derived: {
    id: string;
    expression: string;
    type: 'float' | 'bool';
    direction: 'higher' | 'lower' | 'none';
    label: object;
  }[] = [];
  if (numbers.length === 0) return derived;
  for (let i = draw.int(0, 2); i > 0; i--) {
    const id = `d${i}`;
    const a = `metrics.${draw.pick(numbers).id}`;
    const b = `metrics.${draw.pick(derived.length > 0 ? [...numbers, ...derived.filter(({ type }) => type === 'float')] : numbers).id}`;
    const [expression, type] = draw.pick([
      [`${a} / ${b}`, 'float'],
      [`(${a} - ${b}) / 2 + 1`, 'float'],
      [`has(${a}) ? ${a} * 0.5 : ${b}`, 'float'],
      [`${a} * ${b} > 6 || ${a} == 3`, 'bool'],
      [`(${a} / ${b} > 1 ? ${a} : -${b}) - 0.25`, 'float'],
      [`double(${a}) + 1`, 'float'],
    ] as const);
    // double() is the library's: keep it out of the plain evaluator's way.
    derived.push({
      id,
      expression: expression.startsWith('double') ? `${a} + 1` : expression,
      type,
      direction: draw.pick(['higher', 'lower', 'none']),
      label,
    });
  }
  return derived;
}

/** A condition in which everything that may be missing is guarded. */
export function drawCondition(
  draw: Draw,
  metrics: readonly Readable[],
  withPhase: boolean,
  phases: readonly string[] = [],
  depth = 2,
): string {
  if (depth > 0 && draw.chance(40)) {
    const left = drawCondition(draw, metrics, withPhase, phases, depth - 1);
    const right = drawCondition(draw, metrics, withPhase, phases, depth - 1);
    return draw.pick([`(${left} && ${right})`, `(${left} || ${right})`, `!(${left})`]);
  }
  if (draw.chance(30)) return accountCondition(draw, withPhase, phases);
  const metric = draw.pick(metrics);
  const column = `metrics.${metric.id}`;
  const test = metricTest(draw, metric, column);
  return draw.pick([
    `(has(${column}) && ${test})`,
    `(!has(${column}) || ${test})`,
    `has(${column})`,
  ]);
}

function metricTest(draw: Draw, { type, values }: Readable, column: string): string {
  if (type === 'bool') return draw.pick([column, `!${column}`, `${column} == true`]);
  if (type === 'enum') {
    const text = draw.pick(values ?? ['low']);
    return draw.pick([
      `${column} == "${text}"`,
      `${column} != "${text}"`,
      `${column} in ["${text}"]`,
      `${column}.startsWith("${text.slice(0, 1)}")`,
    ]);
  }
  const number = draw.pick([-1, 0, 0.5, 2, 3, 7]);
  const op = draw.pick(['<', '<=', '>', '>=', '==', '!=']);
  return draw.pick([
    `${column} ${op} ${number}`,
    `${number} ${op} ${column}`,
    `${column} * 2 ${op} ${number}`,
    `${column} / 0 ${op} ${number}`,
    `${column} in [${number}, 1]`,
  ]);
}

function accountCondition(draw: Draw, withPhase: boolean, phases: readonly string[]): string {
  const phase = `account.phase == "${draw.pick(['', ...phases])}"`;
  return draw.pick([
    `account.tier == "${draw.pick(['a', 'b'])}"`,
    `account.tier in ["a", "c"]`,
    `(has(account.plan) && account.plan != "pro")`,
    `(has(account.plan) && account.plan.contains("e"))`,
    `has(account.plan)`,
    `!has(account.since)`,
    `(has(account.mrr) && account.mrr >= 100)`,
    `(has(account.vip) && account.vip)`,
    `(has(account.since) && account.since < "2020-06-01")`,
    `size(account.name) > 3`,
    ...(withPhase ? [phase, phase] : []),
  ]);
}

function drawMeasures(draw: Draw, metrics: readonly Readable[]): object[] {
  return Array.from({ length: draw.int(1, 6) }, (_, i) => {
    const metric = draw.pick(metrics);
    const points = draw.pick([1, 5, 10, 12.5, 20]);
    return {
      id: `x${i}`,
      metric: metric.id,
      ...drawEarning(draw, metric, points),
      missing: draw.pick(['exclude', 'exclude', 'zero', { points: points / 2 }]),
      ...(draw.chance(40) ? { max_age: draw.pick(['0d', '3d']) } : {}),
    };
  });
}

function drawEarning(draw: Draw, { type, direction, values }: Readable, points: number): object {
  const falling = direction === 'lower';
  const rise = (count: number): number[] => {
    const inner = Array.from({ length: count - 1 }, () => draw.int(0, points * 4) / 4);
    const all = [...inner, points].sort((a, b) => (falling ? b - a : a - b));
    return all;
  };
  if (type === 'bool' || type === 'enum') {
    const keys = values ?? ['false', 'true'];
    const table = rise(keys.length);
    return { lookup: Object.fromEntries(keys.map((key, i) => [key, table[i]])) };
  }
  if (draw.chance(25)) {
    const [low = 0, high = 1] = draw.ascending(2, -5, 10);
    return { points, linear: falling ? { from: high, to: low } : { from: low, to: high } };
  }
  const count = draw.pick([1, 2, 3, 4, 5, 9]);
  const thresholds = draw.ascending(count, -10, 20).map((at) => (type === 'int' ? at : at / 2));
  const table = rise(count);
  return { steps: thresholds.map((at, i) => [at, table[i]]) };
}

/** Values of one account; `strange` allows ones that cannot be scored. */
export function drawValues(draw: Draw, metrics: readonly MetricSpec[], strange: boolean): Values {
  return Object.fromEntries(
    metrics.map(({ id, type, values }) => {
      if (draw.chance(15)) return [id, null];
      if (strange && draw.chance(1))
        return [id, type === 'enum' ? 'elsewhere' : Number.NEGATIVE_INFINITY];
      if (type === 'bool') return [id, draw.chance(50)];
      if (type === 'enum') return [id, draw.pick(values ?? ['low'])];
      if (draw.chance(3)) return [id, draw.pick([1e300, -1e300, 1e-300])];
      return [id, type === 'int' ? draw.int(-10, 20) : draw.int(-20, 40) / 4];
    }),
  );
}

export function drawAccount(draw: Draw): Values {
  return {
    name: draw.pick(['Acme', '株式会社ほげ', 'Z', '😀😀']),
    plan: draw.chance(20) ? null : draw.pick(plans),
    tier: draw.pick(['a', 'b', 'c', 'elsewhere']),
    mrr: draw.chance(20) ? null : draw.int(0, 200),
    vip: draw.chance(20) ? null : draw.chance(50),
    since: draw.chance(20) ? null : draw.pick(['2020-01-01', '2021-01-01']),
  };
}
