/** Reads how the values of one measure earn points. */
import type { Earning, Measure, PackMetric } from '../pack/pack.ts';
import { hundredths } from '../pack/points.ts';
import { type Report, suggestion } from '../problems.ts';
import type { MeasureFile } from '../schema/scorecards.ts';
import { readMetric } from './scope.ts';

/** Beyond this, thresholds and their differences lose precision. */
const largest = 1e15;

/** Checks one measure; reports what is wrong and then gives undefined. */
export function readMeasure(
  written: MeasureFile,
  metrics: ReadonlyMap<string, PackMetric>,
  place: Measure['place'],
  report: Report,
): Measure | undefined {
  const metric = readMetric(written.metric, metrics, (message) => report(['metric'], message));
  if (!metric) return undefined;
  const kinds = (['steps', 'linear', 'lookup'] as const).filter((kind) => written[kind]);
  if (kinds.length !== 1) {
    report(
      [],
      kinds.length === 0
        ? 'earns no points: give it steps, linear or lookup'
        : `has ${kinds.join(' and ')}: give it only one of them`,
    );
    return undefined;
  }
  const isNumber = metric.type === 'int' || metric.type === 'float';
  if (isNumber === (written.lookup !== undefined)) {
    report(
      [kinds[0] ?? ''],
      isNumber
        ? `is for enums and booleans, but ${metric.id} is a number: use steps or linear`
        : `is for numbers, but ${metric.id} is ${metric.type === 'enum' ? 'an enum' : 'a boolean'}: use lookup`,
    );
    return undefined;
  }
  const read =
    readSteps(written, metric, report) ??
    readLinear(written, metric, report) ??
    readLookup(written, metric, report);
  if (!read) return undefined;
  const points = pointsOfMeasure(written, read.most, report);
  if (points === undefined) return undefined;
  const missing = missingPoints(written, points, report);
  return {
    id: written.id,
    axis: written.axis ?? null,
    metric: metric.id,
    points,
    earning: read.earning,
    missing,
    maxAge: written.max_age === undefined ? null : Number.parseInt(written.max_age, 10),
    hypothesis: written.hypothesis,
    label: written.label ?? metric.label,
    hints: written.hints ?? { en: [], ja: [] },
    place,
  };
}

/** Hundredths, from the measure itself or from the highest of its table. */
function pointsOfMeasure(
  written: MeasureFile,
  most: number | undefined,
  report: Report,
): number | undefined {
  if (written.points === undefined && most === undefined) {
    report(['points'], 'is missing: linear needs the points earned at `to`');
    return undefined;
  }
  const points = written.points === undefined ? (most ?? 0) : hundredths(written.points);
  if (most !== undefined && points !== most) {
    report(
      ['points'],
      `is ${points / 100}, but the highest entry of its table is ${most / 100}: make them equal, or leave points out`,
    );
    return undefined;
  }
  if (points === 0) {
    report(
      written.points === undefined ? [] : ['points'],
      'can never earn anything: it needs points above 0',
    );
    return undefined;
  }
  return points;
}

function missingPoints(written: MeasureFile, points: number, report: Report): number | null {
  const { missing } = written;
  if (missing === 'exclude') return null;
  if (missing === 'zero') return 0;
  const value = hundredths(missing.points);
  if (value > points) {
    report(
      ['missing', 'points'],
      `is ${missing.points}, more than the ${points / 100} points of the measure`,
    );
  }
  return value;
}

interface Read {
  earning: Earning;
  /** Highest hundredths of the table; undefined for linear. */
  most?: number;
}

function readSteps(written: MeasureFile, metric: PackMetric, report: Report): Read | undefined {
  if (!written.steps) return undefined;
  const thresholds: number[] = [];
  const points: number[] = [];
  let fine = true;
  const wrong = (i: number, message: string) => {
    report(['steps', i], message);
    fine = false;
  };
  for (const [i, [threshold, earned]] of written.steps.entries()) {
    const before = thresholds[i - 1];
    const lower = points[i - 1];
    const value = hundredths(earned);
    if (Math.abs(threshold) > largest)
      wrong(i, `starts at ${threshold}, beyond what can be told apart: stay within ±1e15`);
    if (before !== undefined && threshold === before) {
      wrong(i, `starts at ${threshold} like the step before it: each step needs its own threshold`);
    } else if (before !== undefined && threshold < before) {
      wrong(
        i,
        `starts at ${threshold}, below the ${before} of the step before it: put steps in ascending order`,
      );
    } else if (
      before !== undefined &&
      metric.type === 'int' &&
      Math.ceil(threshold) === Math.ceil(before)
    ) {
      wrong(
        i,
        `makes the step before it unreachable: ${metric.id} is whole, and no whole number lies from ${before} up to ${threshold}`,
      );
    }
    if (lower !== undefined && !follows(metric.direction, lower, value)) {
      wrong(
        i,
        `earns ${earned} after ${lower / 100}, but for ${metric.id} ${better(metric.direction)}: points must ${metric.direction === 'higher' ? 'rise' : 'fall'}${elseDeclared(metric)}`,
      );
    }
    thresholds.push(threshold);
    points.push(value);
  }
  if (!fine) return undefined;
  const below = metric.direction === 'lower' ? (points[0] ?? 0) : 0;
  return { earning: { by: 'steps', thresholds, points, below }, most: Math.max(below, ...points) };
}

function readLinear(written: MeasureFile, metric: PackMetric, report: Report): Read | undefined {
  if (!written.linear) return undefined;
  const { from, to } = written.linear;
  if (Math.abs(from) > largest || Math.abs(to) > largest) {
    report(['linear'], 'goes beyond what can be told apart: stay within ±1e15');
    return undefined;
  }
  if (from === to) {
    report(['linear'], `starts and ends at ${from}: from and to must differ`);
    return undefined;
  }
  if (metric.direction !== 'none' && from < to !== (metric.direction === 'higher')) {
    report(
      ['linear'],
      `earns most at ${to}, but for ${metric.id} ${better(metric.direction)}: swap from and to${elseDeclared(metric)}`,
    );
    return undefined;
  }
  return { earning: { by: 'linear', from, to } };
}

function readLookup(written: MeasureFile, metric: PackMetric, report: Report): Read | undefined {
  if (!written.lookup) return undefined;
  const values = metric.values ?? ['false', 'true'];
  let fine = true;
  const wrong = (path: PropertyKey[], message: string) => {
    report(path, message);
    fine = false;
  };
  for (const key of Object.keys(written.lookup)) {
    if (!values.includes(key)) {
      wrong(['lookup', key], `is no value of ${metric.id}${suggestion(key, values)}`);
    }
  }
  const absent = values.filter((value) => !Object.hasOwn(written.lookup ?? {}, value));
  if (absent.length > 0)
    wrong(['lookup'], `has no points for ${absent.join(', ')}: list every value`);
  if (!fine) return undefined;
  const points = values.map((value) => hundredths(written.lookup?.[value] ?? 0));
  for (const [i, value] of points.entries()) {
    const lower = points[i - 1];
    if (lower !== undefined && !follows(metric.direction, lower, value)) {
      report(
        ['lookup', values[i] ?? ''],
        `earns ${value / 100} after ${lower / 100}, but for ${metric.id} ${better(metric.direction)}, in the order ${values.join(', ')}${elseDeclared(metric)}`,
      );
      return undefined;
    }
  }
  return { earning: { by: 'lookup', points }, most: Math.max(...points) };
}

/** Where to say that it is the other way round. */
function elseDeclared(metric: PackMetric): string {
  const place =
    metric.kind === 'derived' ? 'pack.yaml under derive' : `sql/metrics (group ${metric.group})`;
  return `, or mend its direction in ${place}`;
}

function follows(direction: PackMetric['direction'], before: number, next: number): boolean {
  if (direction === 'none') return true;
  return direction === 'higher' ? next >= before : next <= before;
}

function better(direction: PackMetric['direction']): string {
  return `the ${direction === 'higher' ? 'higher' : 'lower'} the better`;
}
