/** Values and types as the reference engine's protocol carries them, and back. */
import { dayMs } from '../../../functions/calendar.ts';
import type { ColumnType, Parameter } from '../../../functions/ports/warehouse.ts';

/**
 * A value that both engines' are brought to. INT64 is a bigint; NUMERIC, DATE, TIMESTAMP
 * (UTC, microseconds) and DATETIME are texts, so that nothing is lost; FLOAT64 is a number.
 */
export type Value = null | bigint | number | boolean | string | Value[];

/** A `ValueProto`: NULL has no field. */
export type WireValue = {
  value?: string;
  int64_value?: string;
  double_value?: number;
  bool_value?: boolean;
  string_value?: string;
  date_value?: number;
  numeric_value?: Uint8Array;
  timestamp_value?: { seconds: string; nanos: number };
  datetime_value?: { bit_field_datetime_seconds: string; nanos: number };
  array_value?: { element?: WireValue[] };
};

export type WireType = { type_kind: string; array_type?: { element_type: WireType } };

/** Any GoogleSQL type by name; those that our tables use, and what expressions may come to. */
export type TypeName = ColumnType | 'ARRAY<STRING>' | (string & {});

const kinds: Record<string, string> = {
  STRING: 'TYPE_STRING',
  INT64: 'TYPE_INT64',
  FLOAT64: 'TYPE_DOUBLE',
  NUMERIC: 'TYPE_NUMERIC',
  BOOL: 'TYPE_BOOL',
  DATE: 'TYPE_DATE',
  TIMESTAMP: 'TYPE_TIMESTAMP',
  DATETIME: 'TYPE_DATETIME',
};
const names = new Map(Object.entries(kinds).map(([name, kind]) => [kind, name]));

export function wireType(type: TypeName): WireType {
  const element = /^ARRAY<(.+)>$/.exec(type)?.[1];
  if (element !== undefined) {
    return { type_kind: 'TYPE_ARRAY', array_type: { element_type: wireType(element) } };
  }
  return { type_kind: kinds[type] ?? 'TYPE_UNKNOWN' };
}

export function typeName(type: WireType): TypeName {
  if (type.array_type) return `ARRAY<${typeName(type.array_type.element_type)}>`;
  return names.get(type.type_kind) ?? type.type_kind;
}

const million = 1_000_000n;
const scale = 1_000_000_000n;

/** NUMERIC is a whole number of billionths, little-endian, as few bytes as hold its sign. */
function numericBytes(text: string): Uint8Array {
  const [, sign, whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  let left = BigInt(whole) * scale + BigInt(part.padEnd(9, '0'));
  if (sign === '-') left = -left;
  const bytes: number[] = [];
  let top = 0;
  do {
    top = Number(BigInt.asUintN(8, left));
    bytes.push(top);
    left >>= 8n;
  } while (left !== (top < 128 ? 0n : -1n));
  return Uint8Array.from(bytes);
}

function numericText(bytes: Uint8Array): string {
  let whole = 0n;
  for (const byte of [...bytes].reverse()) whole = (whole << 8n) | BigInt(byte);
  return decimalText(BigInt.asIntN(bytes.length * 8, whole), 9);
}

/** A decimal without zeros at its end. */
export function decimalText(unscaled: bigint, digits: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const text = String(unscaled < 0n ? -unscaled : unscaled).padStart(digits + 1, '0');
  const part = text.slice(text.length - digits).replace(/0+$/, '');
  const whole = text.slice(0, text.length - digits) || '0';
  return `${sign}${digits === 0 ? text : whole}${digits > 0 && part ? `.${part}` : ''}`;
}

/** An instant in UTC with all its microseconds. */
export function instantText(micros: bigint): string {
  const ms = micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n);
  const rest = micros - ms * 1000n;
  return new Date(Number(ms)).toISOString().replace('Z', `${String(rest).padStart(3, '0')}Z`);
}

/** Microseconds since 1970 of an instant with up to six digits of a second. */
export function instantMicros(text: string): bigint {
  const [, seconds = '', part = '', zone = ''] =
    /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)$/.exec(text) ?? [];
  return BigInt(Date.parse(seconds + zone)) * 1000n + BigInt(part.padEnd(6, '0').slice(0, 6));
}

export const dateText = (days: number): string => new Date(days * dayMs).toISOString().slice(0, 10);
export const dateDays = (date: string): number => Date.parse(date) / dayMs;

/** Year, month, day, hour, minute and second beside each other in one number, as the engine packs them. */
function packedDatetime(text: string): NonNullable<WireValue['datetime_value']> {
  const parts = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/.exec(text)?.slice(1).map(BigInt) ?? [];
  const shifts = [26n, 22n, 17n, 12n, 6n, 0n];
  const packed = parts.reduce((sum, part, i) => sum | (part << (shifts[i] ?? 0n)), 0n);
  const micros = instantMicros(text) % million;
  return { bit_field_datetime_seconds: String(packed), nanos: Number(micros) * 1000 };
}

export function toWire(value: Value, type: TypeName): WireValue {
  if (value === null) return {};
  if (Array.isArray(value)) {
    const element = type.slice('ARRAY<'.length, -1);
    return { array_value: { element: value.map((item) => toWire(item, element)) } };
  }
  switch (type) {
    case 'INT64':
      return { int64_value: String(value) };
    case 'FLOAT64':
      return { double_value: Number(value) };
    case 'BOOL':
      return { bool_value: value === true };
    case 'DATE':
      return { date_value: dateDays(String(value)) };
    case 'NUMERIC':
      return { numeric_value: numericBytes(String(value)) };
    case 'TIMESTAMP': {
      const micros = instantMicros(String(value));
      const seconds = (micros - (((micros % million) + million) % million)) / million;
      return {
        timestamp_value: {
          seconds: String(seconds),
          nanos: Number(micros - seconds * million) * 1000,
        },
      };
    }
    case 'DATETIME':
      return { datetime_value: packedDatetime(String(value)) };
    default:
      return { string_value: String(value) };
  }
}

export function fromWire(wire: WireValue, type: TypeName): Value {
  if (wire.value === undefined) return null;
  switch (type) {
    case 'INT64':
      return BigInt(wire.int64_value ?? 0);
    case 'FLOAT64':
      return wire.double_value ?? Number.NaN;
    case 'BOOL':
      return wire.bool_value ?? false;
    case 'STRING':
      return wire.string_value ?? '';
    case 'DATE':
      return dateText(wire.date_value ?? Number.NaN);
    case 'NUMERIC':
      return numericText(wire.numeric_value ?? new Uint8Array());
    case 'TIMESTAMP': {
      const { seconds = '0', nanos = 0 } = wire.timestamp_value ?? {};
      return instantText(BigInt(seconds) * million + BigInt(Math.round(nanos / 1000)));
    }
    default: {
      const element = /^ARRAY<(.+)>$/.exec(type)?.[1];
      if (element === undefined) throw new Error(`a value of type ${type} is not read here`);
      return (wire.array_value?.element ?? []).map((item) => fromWire(item, element));
    }
  }
}

/** A query parameter's type and value, as BigQuery's client sends it. */
export function parameterOf(value: Parameter): { type: TypeName; value: Value } {
  if (typeof value === 'string') return { type: 'STRING', value };
  if (typeof value === 'boolean') return { type: 'BOOL', value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? { type: 'INT64', value: BigInt(value) }
      : { type: 'FLOAT64', value };
  }
  if ('date' in value) return { type: 'DATE', value: value.date };
  if ('timestamp' in value) return { type: 'TIMESTAMP', value: value.timestamp };
  return { type: 'ARRAY<STRING>', value: [...value] };
}
