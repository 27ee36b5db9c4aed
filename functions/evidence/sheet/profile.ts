/** What a sheet holds, as far as a first scorecard needs it. */

import { percent } from '../../scorecard/meaning/texts.ts';
import { rankCorrelation } from '../rank-correlation.ts';
import { areaUnderCurve, numbered } from '../statistics/auc.ts';
import {
  dayOf,
  isBool,
  isDate,
  isDay,
  isTotal,
  isYes,
  namesAccount,
  namesDay,
  namesEnd,
  namesEndDay,
  namesId,
  namesPerson,
  numberIn,
  withoutPlaceholders,
} from './cells.ts';
import { outcomeOf, type ReadOutcome } from './outcome.ts';

/** A column that may be scored: a candidate, since only people know what it means. */
export interface CandidateMetric {
  column: string;
  type: 'int' | 'float' | 'bool';
  /** The column holds dates: the values are days from them to the day of the row, or of the sheet. */
  daysSince: boolean;
  direction: 'higher' | 'lower';
  /** outcome: so it is of those who left and stayed, beyond chance; name: a guess. */
  directionFrom: 'outcome' | 'name';
  /** Values at the ends and the fifths, ascending, each once; true and false as 1 and 0. */
  quantiles: number[];
}

export interface SheetProfile {
  /** The column that names the account. */
  id: string;
  /** The column of days, where accounts stand in many rows. */
  date: string | null;
  /** Days between its dates, the longest usual gap: a monthly sheet is not late after a week. */
  every: number | null;
  /** The column that says who left; null: there is none, so that directions are guesses. */
  outcome: string | null;
  /** Known of nearly all, and different between accounts. */
  scored: CandidateMetric[];
  /** To show beside the score, each with the reason why it is not scored. */
  reference: (CandidateMetric & { because: string })[];
  /** Columns that are neither, with the reason. */
  left: { column: string; because: string }[];
}

/** Beyond so many measures nobody keeps in mind what the score means. */
const mostMeasures = 8;
const wantedCoverage = 0.8;
const sameRanking = 0.95;

/** Less is better where a name says trouble or waiting. */
const lowerIsBetter =
  /error|fail|bug|ticket|complain|(?<![a-z])late(?![a-z])|overdue|unpaid|refund|service.?call|since|delay|churn|cancel|debt|incident|エラー|障害|不具合|苦情|遅延|滞納|未払|経過|解約|問い?合わ?せ/i;
/** Of days since: long is good of what began, and bad of what people did last. */
const longIsBetter =
  /start|creat|sign.?up|join|regist|since|found|onboard|enrol|subscri|activat|contract|開始|登録|入会|加入|導入|契約|申込|設立|創業/i;
/** With more of its dates to come, a column says when something ends. */
const mostToCome = 0.5;
/** An id that fewer rows than these have in common is meant to be one, and slipped. */
const wantedOnce = 0.9;
/** With fewer rows an account, a day beside an id is no reason for many rows. */
const rowsOfDays = 1.5;

interface Column {
  name: string;
  cells: string[];
  known: string[];
}

/**
 * @param header names of the columns
 * @param records cells by row
 * @param own columns that say what an account is rather than how it does, never scored
 * @param today in days since 1970: dates after it do not make the day of the sheet
 * @param ends which records left; without it, a column whose name says so is looked for
 * @returns the profile, or what keeps the sheet from being one, as a sentence
 */
export function profileSheet(
  header: readonly string[],
  records: readonly (readonly string[])[],
  own: readonly string[],
  today = Number.POSITIVE_INFINITY,
  ends?: ReadOutcome,
): SheetProfile | { problem: string } {
  const columns = header.map((name, i): Column => {
    const cells = records.map((record) => (record[i] ?? '').trim());
    return { name, cells, known: cells.filter((cell) => cell !== '') };
  });
  const key = keyOf(columns);
  if ('problem' in key) return key;
  const total = columns
    .find(({ name }) => name === key.id)
    ?.cells.findIndex((cell) => isTotal(cell));
  if (total !== undefined && total >= 0) {
    return { problem: `row ${rowOf(total)} is a total, no account; remove it` };
  }
  const days = columns.find(({ name }) => name === key.date)?.cells;
  const every = days ? usualGap(days) : null;
  const ended = ends ?? endsIn(columns);
  const outcome = ended?.column ?? null;
  const profile: SheetProfile = { ...key, every, outcome, scored: [], reference: [], left: [] };
  const accounts = numbered(columns.find(({ name }) => name === key.id)?.cells ?? []);
  const seenOn = daysOfRows(columns, days, today);
  const candidates: (Directed & { values: (number | undefined)[] })[] = [];
  for (const column of columns) {
    if (column.name === key.id || column.name === key.date || own.includes(column.name)) continue;
    if (column.name === ends?.column) {
      const because = 'it says how it ended, which the score is to foresee';
      profile.left.push({ column: column.name, because });
      continue;
    }
    const said = withoutPlaceholders(column.cells);
    const read = candidateOf(column.name, said, seenOn);
    if ('because' in read) {
      profile.left.push({ column: column.name, because: read.because });
      continue;
    }
    const { values, ...guessed } = read;
    const found = ended
      ? directed(guessed, values, ended.left, accounts)
      : { metric: guessed, strength: 0 };
    candidates.push({ ...found, values });
  }
  // Of more than people keep in mind, those that tell most of who left.
  const numbers = new Map<string, (number | undefined)[]>();
  for (const { metric, values } of candidates.toSorted((a, b) => b.strength - a.strength)) {
    const because = whyNotScored(metric, values, profile.scored, numbers);
    if (because !== undefined) profile.reference.push({ ...metric, because });
    else {
      profile.scored.push(metric);
      numbers.set(metric.column, values);
    }
  }
  const inOrder = (a: CandidateMetric, b: CandidateMetric) =>
    header.indexOf(a.column) - header.indexOf(b.column);
  profile.scored.sort(inOrder);
  profile.reference.sort(inOrder);
  if (profile.scored.length > 0) return profile;
  return {
    problem: 'no column has numbers that are known of nearly every account and differ between them',
  };
}

/** The column that says who left, by its name and by what it holds; undefined without a single one. */
function endsIn(columns: readonly Column[]): ReadOutcome | undefined {
  const found = columns.flatMap(({ name, cells }) => {
    if (!namesEnd(name)) return [];
    const read = outcomeOf(name, cells);
    return read ? [read] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** A candidate with how far it tells who left from who stayed; 0: not beyond chance. */
interface Directed {
  metric: CandidateMetric;
  strength: number;
}

/** The direction that those who left and stayed show, where it is more than chance. */
function directed(
  metric: CandidateMetric,
  values: readonly (number | undefined)[],
  left: ReadOutcome['left'],
  accounts: ArrayLike<number>,
): Directed {
  const known = values.flatMap((value, row) => {
    const ended = left[row];
    return value === undefined || ended === null || ended === undefined
      ? []
      : [{ value, good: 1 - ended, account: accounts[row] ?? row }];
  });
  const area = areaUnderCurve({
    score: known.map(({ value }) => value),
    good: known.map(({ good }) => good),
    account: known.map(({ account }) => account),
  });
  if (!area || (area.low <= 0.5 && area.high >= 0.5)) return { metric, strength: 0 };
  const direction = area.low > 0.5 ? 'higher' : 'lower';
  const strength = Math.abs(area.value - 0.5);
  return { metric: { ...metric, direction, directionFrom: 'outcome' }, strength };
}

/** The id, and the day where one account stands in many rows. */
function keyOf(
  columns: readonly Column[],
): Pick<SheetProfile, 'id' | 'date'> | { problem: string } {
  const complete = columns.filter(
    ({ cells, known }) => known.length === cells.length && cells.length > 0,
  );
  const once = complete.filter(({ cells }) => new Set(cells).size === cells.length);
  const flawed = once.some(({ name }) => namesId(name)) ? undefined : flawedId(columns);
  if (flawed !== undefined) return { problem: flawed };
  const named = once.find(({ name }) => namesAccount(name));
  if (named) return { id: named.name, date: null };
  const dates = complete.filter(({ cells }) => cells.every(isDay));
  for (const { name, cells } of complete.filter((column) => namesAccount(column.name))) {
    if (cells.length < rowsOfDays * new Set(cells).size) continue;
    const days = dates.find(
      (day) => new Set(cells.map((cell, i) => `${cell}\0${day.cells[i]}`)).size === cells.length,
    );
    if (days) return { id: name, date: days.name };
  }
  const [first] = once.filter(({ cells }) => !cells.every(isDay));
  if (first) return { id: first.name, date: null };
  return {
    problem:
      'no column tells the accounts apart: add one, such as account_id, with a different text in every row, or an id beside a column of days such as 2026-03-31',
  };
}

/** The day on which each row is looked at: its own, or the newest that is past in a sheet without. */
function daysOfRows(
  columns: readonly Column[],
  days: readonly string[] | undefined,
  today: number,
): (row: number) => number {
  if (days) return (row) => dayOf(days[row] ?? '') ?? Number.NaN;
  let latest = Number.NEGATIVE_INFINITY;
  for (const { cells } of columns) {
    const known = withoutPlaceholders(cells).filter((cell) => cell !== '');
    if (!known.every(isDay)) continue;
    for (const cell of known) {
      const day = dayOf(cell) ?? Number.NaN;
      if (day <= today) latest = Math.max(latest, day);
    }
  }
  return () => latest;
}

/** The gap that nine of ten gaps between successive days do not exceed. */
function usualGap(cells: readonly string[]): number {
  const days = [...new Set(cells.map((cell) => dayOf(cell) ?? 0))].sort((a, b) => a - b);
  const gaps = days
    .slice(1)
    .map((day, i) => day - (days[i] ?? day))
    .sort((a, b) => a - b);
  return gaps[Math.ceil(0.9 * (gaps.length - 1))] ?? 1;
}

/** Row of a record in the sheet, where the first one names the columns. */
const rowOf = (record: number): number => record + 2;

/** What is wrong with a column that is nearly an id, and named like one. */
function flawedId(columns: readonly Column[]): string | undefined {
  for (const { name, cells, known } of columns.filter((column) => namesId(column.name))) {
    const different = new Set(known).size;
    if (different < wantedOnce * cells.length) continue;
    const empty = cells.indexOf('');
    if (empty >= 0) return `${name} is empty in row ${rowOf(empty)}; every account needs its id`;
    const second = cells.findIndex((cell, i) => cells.indexOf(cell) < i);
    if (second < 0) continue;
    const cell = cells[second] ?? '';
    return `${name} is "${cell.slice(0, 30)}" in row ${rowOf(cells.indexOf(cell))} and again in row ${rowOf(second)}; every account has one row`;
  }
  return undefined;
}

function numberOf(cell: string): number | undefined {
  return isBool(cell) ? Number(isYes(cell)) : numberIn(cell);
}

function candidateOf(
  name: string,
  cells: readonly string[],
  seenOn: (row: number) => number,
): (CandidateMetric & { values: (number | undefined)[] }) | { because: string } {
  const known = cells.filter((cell) => cell !== '');
  if (known.length === 0) return { because: 'it is empty' };
  if (known.every(isDay)) return daysSinceOf(name, cells, seenOn);
  const bool = known.every(isBool);
  const odd = known.filter((cell) => numberIn(cell) === undefined);
  if (namesEnd(name) && (bool || new Set(known).size <= 2)) {
    return { because: 'it says how it ended, which the score is to foresee' };
  }
  if (!bool && odd.length > 0) return { because: whyNoNumbers(odd) };
  const values = cells.map(numberOf);
  const numbers = ascending(values);
  if (namesDay(name) && numbers.every(isDayOfExcel)) {
    return {
      because: `it holds Excel's numbers of days, such as ${numbers[0]}: format the column as a date, such as 2026-03-31, and export it again`,
    };
  }
  const whole = numbers.every(Number.isSafeInteger);
  return {
    column: name,
    type: bool ? 'bool' : whole ? 'int' : 'float',
    daysSince: false,
    direction: lowerIsBetter.test(name) ? 'lower' : 'higher',
    directionFrom: 'name',
    quantiles: quantilesOf(numbers),
    values,
  };
}

/** Excel counts days from 1900: those of 1990 to 2069. */
const isDayOfExcel = (value: number): boolean =>
  Number.isInteger(value) && value >= 32_874 && value < 62_093;

/** A column of dates, as days since. */
function daysSinceOf(
  name: string,
  cells: readonly string[],
  seenOn: (row: number) => number,
): ReturnType<typeof candidateOf> {
  if (namesPerson(name)) return { because: 'it says who people are, not what they do' };
  if (namesEndDay(name)) {
    return { because: 'it says how it ended, which the score is to foresee' };
  }
  const values = cells.map((cell, row) => {
    const day = dayOf(cell);
    return day === undefined ? undefined : seenOn(row) - day;
  });
  const days = ascending(values);
  if (days.filter((since) => since < 0).length > mostToCome * days.length) {
    return { because: 'it holds dates to come' };
  }
  return {
    column: name,
    type: 'int',
    daysSince: true,
    direction: longIsBetter.test(name) ? 'higher' : 'lower',
    directionFrom: 'name',
    quantiles: quantilesOf(days),
    values,
  };
}

const ascending = (values: readonly (number | undefined)[]): number[] =>
  values.flatMap((value) => value ?? []).sort((a, b) => a - b);

/** Of cells that are no numbers. */
function whyNoNumbers(odd: readonly string[]): string {
  if (odd.every(isDate))
    return 'it holds dates, some with a time: write days alone, such as 2026-03-31';
  return `it holds texts such as "${(odd.find((cell) => !isDay(cell)) ?? '').slice(0, 30)}"`;
}

/** Of ascending values: the ends and the fifths, each value once. */
function quantilesOf(values: readonly number[]): number[] {
  const at = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (share) => values[Math.round(share * (values.length - 1))] ?? 0,
  );
  return [...new Set(at)];
}

function whyNotScored(
  { quantiles }: CandidateMetric,
  values: readonly (number | undefined)[],
  scored: readonly CandidateMetric[],
  numbers: ReadonlyMap<string, readonly (number | undefined)[]>,
): string | undefined {
  const coverage = values.filter((value) => value !== undefined).length / values.length;
  if (coverage < wantedCoverage) {
    return `it is known for ${percent(coverage, 'en')} of the rows only`;
  }
  if (quantiles.length === 1) return 'it is nearly the same everywhere';
  for (const { column } of scored) {
    const other = numbers.get(column) ?? [];
    const pairs = values.flatMap((value, i): [number, number][] => {
      const beside = other[i];
      return value === undefined || beside === undefined ? [] : [[value, beside]];
    });
    if (Math.abs(rankCorrelation(pairs) ?? 0) >= sameRanking) {
      return `it ranks accounts as ${column} does`;
    }
  }
  return scored.length >= mostMeasures
    ? `there are ${mostMeasures} measures already, as many as people keep in mind`
    : undefined;
}
