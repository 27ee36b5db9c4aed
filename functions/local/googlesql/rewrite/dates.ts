/** Dates and instants: calls of our macros in place of what DuckDB would take otherwise. */
import { IANAZone } from 'luxon';
import { dayMs } from '../../../calendar.ts';
import { dateParts, instantParts } from '../constructs.ts';
import { refuse } from '../subset.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  literal,
  nodeOf,
  numberLiteral,
  template,
  textLiteralNode,
} from '../tree.ts';

export interface Source {
  /** The query's text, to say where something stands. */
  sql: string;
  file: string;
  /**
   * The schema of a dataset that is named with its project, or alone. For none it is where names
   * of tables alone belong; empty where they are left as they are.
   */
  schemaOf: (dataset: readonly string[]) => string;
}

const days: Record<string, number> = { DAY: 1, WEEK: 7 };
const months: Record<string, number> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** Name of a date part: DAY, WEEK(MONDAY), ... */
function partOf(node: Json | undefined): string {
  if (typeof node === 'string') return node.toUpperCase();
  const found = nodeOf(node ?? null);
  if (found?.kind === 'var') return String(found.body.this).toUpperCase();
  if (found?.kind === 'function' || found?.kind === 'week') {
    const args = (found.body.args ?? []) as Json[];
    return `${String(found.body.name ?? 'WEEK').toUpperCase()}(${partOf(args[0])})`;
  }
  if (found?.kind === 'column' && isObject(found.body.name)) {
    return String(found.body.name.name).toUpperCase();
  }
  if (isObject(node) && node.WeekWithModifier !== undefined)
    return `WEEK(${node.WeekWithModifier})`;
  return isObject(node) && typeof node.Custom === 'string' ? node.Custom.toUpperCase() : '?';
}

/** DuckDB's name of what a part is cut to; `sunday` for weeks that begin then. */
function unitOf(part: string): string {
  if (part === 'ISOWEEK' || part === 'WEEK(MONDAY)') return 'week';
  return part === 'WEEK' ? 'sunday' : part.toLowerCase();
}

function checked(part: string, name: string, known: readonly string[], source: Source): string {
  const plain = part === 'WEEK(SUNDAY)' ? 'WEEK' : part;
  if (known.includes(plain)) return plain;
  return refuse(
    source.sql,
    source.file,
    name,
    `${name} in ${part} is outside the checked subset; ${known.join(', ')} are in it.`,
  );
}

function intervalOf(node: Json | undefined): { amount: Json; unit: string } {
  const found = nodeOf(node ?? null);
  if (found?.kind !== 'interval') return { amount: null, unit: '?' };
  const amount = found.body.this ?? null;
  const digits = literal(amount, 'string');
  const unit = isObject(found.body.unit) ? String(found.body.unit.unit) : '?';
  return {
    amount: digits === undefined ? amount : numberLiteral(digits),
    unit: unit.toUpperCase(),
  };
}

/** DATE_ADD, DATE_SUB, TIMESTAMP_ADD and TIMESTAMP_SUB. */
export function dateArithmetic(name: string, args: Json[], source: Source): Json {
  const { amount, unit } = intervalOf(args[1]);
  const onDates = name.startsWith('DATE');
  checked(unit, name, onDates ? dateParts.add : Object.keys(instantParts), source);
  const factor = onDates ? (days[unit] ?? months[unit] ?? 1) : (instantParts[unit] ?? 1);
  const sign = name.endsWith('SUB') ? '-' : '';
  const nodes = { _a: args[0] ?? null, _n: amount, _f: numberLiteral(factor) };
  if (!onDates) return template(`kenko_timestamp_plus(_a, ${sign}(_n), _f)`, nodes);
  const count = factor === 1 ? `${sign}(_n)` : `(${sign}(_n)) * ${factor}`;
  const macro = days[unit] === undefined ? 'kenko_date_plus_months' : 'kenko_date_plus_days';
  return template(`${macro}(_a, ${count})`, nodes);
}

/** DATE_DIFF and TIMESTAMP_DIFF. */
export function difference(name: string, args: Json[], source: Source): Json {
  const nodes = { _a: args[0] ?? null, _b: args[1] ?? null };
  if (name === 'TIMESTAMP_DIFF') {
    const part = checked(partOf(args[2]), name, Object.keys(instantParts), source);
    const micros = numberLiteral(instantParts[part] ?? 1);
    return template('kenko_timestamp_diff(_a, _b, _f)', { ...nodes, _f: micros });
  }
  const unit = unitOf(checked(partOf(args[2]), name, dateParts.difference, source));
  return template(`kenko_date_diff_${unit}s(_a, _b)`, nodes);
}

export function truncation(args: Json[], source: Source): Json {
  const unit = unitOf(checked(partOf(args[1]), 'DATE_TRUNC', dateParts.truncation, source));
  return template('kenko_date_trunc(_p, _a)', { _a: args[0] ?? null, _p: textLiteralNode(unit) });
}

export function lastDay(body: JsonObject, source: Source): Json {
  const part = body.unit === undefined || body.unit === null ? 'MONTH' : partOf(body.unit);
  const unit = unitOf(checked(part, 'LAST_DAY', dateParts.lastDay, source));
  return template('kenko_last_day(_p, _a)', { _a: body.this ?? null, _p: textLiteralNode(unit) });
}

export function extraction(body: JsonObject, source: Source): Json | undefined {
  const written = partOf(body.field ?? null);
  const part = written === 'DOY' ? 'DAYOFYEAR' : written;
  checked(part, 'EXTRACT', dateParts.extraction, source);
  const nodes = { _a: body.this ?? null };
  if (part === 'DAYOFWEEK') return template('kenko_dayofweek(_a)', nodes);
  if (part === 'ISOWEEK') return template('weekofyear(_a)', nodes);
  return part === 'ISOYEAR' ? template('isoyear(_a)', nodes) : undefined;
}

/** The calendar day of an instant in a zone. */
export function localDate(instant: Json, zone: Json): Json {
  const nodes = { _a: instant, _b: zone };
  const name = literal(zone, 'string');
  const micros = name === undefined ? undefined : constantOffset(name);
  return micros === undefined
    ? template('kenko_local_date(_a, _b)', nodes)
    : template('kenko_local_date_at(_a, _b, _o)', { ...nodes, _o: numberLiteral(micros) });
}

const weekMs = 7 * dayMs;
const since = Date.UTC(1970, 0, 1);
const until = Date.UTC(2070, 0, 1);

const knownOffsets = new Map<string, number | undefined>();

/**
 * Microseconds that a zone's clocks are ahead of UTC, where that has not changed since 1970 (as
 * in Japan, or UTC itself); undefined for zones with summer time or other changes.
 */
function constantOffset(zone: string): number | undefined {
  if (!knownOffsets.has(zone)) knownOffsets.set(zone, findOffset(zone));
  return knownOffsets.get(zone);
}

function findOffset(name: string): number | undefined {
  const zone = IANAZone.create(name);
  if (!zone.isValid) return undefined;
  const minutes = zone.offset(since);
  for (let at = since; at < until; at += weekMs) {
    if (zone.offset(at) !== minutes) return undefined;
  }
  return minutes * 60_000_000;
}
