/** What Salesforce lets be written to a field, by its type, and what it then shows. */
import { z } from 'zod';
import { longId } from '../../ports/record-ids.ts';
import { numberOf } from './record-ids.ts';

/** A custom field as an administrator makes it in Setup. */
export const salesforceField = z.strictObject({
  type: z.enum([
    'text',
    'long-text',
    'number',
    'currency',
    'percent',
    'checkbox',
    'date',
    'datetime',
    'picklist',
    'multipicklist',
    'url',
    'email',
    'phone',
    'lookup',
  ]),
  /** Characters, for texts. Default: the most that Salesforce gives one of the type. */
  length: z.int().min(1).max(131_072).optional(),
  /** Digits in all and after the point, for numbers. Default 18, and no rounding. */
  precision: z.int().min(1).max(18).optional(),
  scale: z.int().min(0).max(17).optional(),
  label: z.string().optional(),
  /** Accounts are found by it; the first such field is the seeds' key. */
  externalId: z.boolean().optional(),
  /** No two records carry one value. */
  unique: z.boolean().optional(),
  /** Of a unique text: "ABC" and "abc" are two values. */
  caseSensitive: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  /** No record is without a value. */
  required: z.boolean().optional(),
  /** Of picklists, in the order of their definition. */
  values: z.array(z.string()).optional(),
  /** Of picklists: no other value is taken. */
  restricted: z.boolean().optional(),
});
export type SalesforceField = z.infer<typeof salesforceField>;
type Type = SalesforceField['type'];

export interface FieldError {
  statusCode: string;
  message: string;
  fields: string[];
}

export type FieldCheck = { value: string | number | boolean | null } | { error: FieldError };

/** `type` of a describe, by ours: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
export const describedTypes: Record<Type, string> = {
  text: 'string',
  'long-text': 'textarea',
  number: 'double',
  currency: 'currency',
  percent: 'percent',
  checkbox: 'boolean',
  date: 'date',
  datetime: 'datetime',
  picklist: 'picklist',
  multipicklist: 'multipicklist',
  url: 'url',
  email: 'email',
  phone: 'phone',
  lookup: 'reference',
};

/** Characters of a field that says no number of its own; 0 for what is no text. */
const usualLengths: Record<Type, number> = {
  text: 255,
  'long-text': 32_768,
  number: 0,
  currency: 0,
  percent: 0,
  checkbox: 0,
  date: 0,
  datetime: 0,
  picklist: 255,
  multipicklist: 4_099,
  url: 255,
  email: 80,
  phone: 40,
  lookup: 18,
};

export const isTextual = ({ type }: SalesforceField): boolean => usualLengths[type] > 0;
export const isNumeric = ({ type }: SalesforceField): boolean =>
  type === 'number' || type === 'currency' || type === 'percent';
export const lengthOf = ({ type, length }: SalesforceField): number => length ?? usualLengths[type];

/** Of one value of a picklist. */
const longestChoice = 255;
/** Days that Salesforce knows. */
const firstDay = '1700-01-01';
const lastDay = '4000-12-31';

/** What would be stored for a value of a field, or why Salesforce refuses it. */
export function checkValue(name: string, field: SalesforceField, given: unknown): FieldCheck {
  // Blanks around a text are not kept, and an empty text is stored as none.
  const value = isTextual(field) && typeof given === 'string' ? trimmed(given) : given;
  if (value === null || (value === '' && isTextual(field))) {
    return field.type === 'checkbox' ? wrongType(name, field, value) : { value: null };
  }
  if (isNumeric(field)) return checkNumber(name, field, value);
  switch (field.type) {
    case 'checkbox':
      return typeof value === 'boolean' ? { value } : wrongType(name, field, value);
    case 'date':
      return typeof value === 'string' && isDay(value) ? { value } : wrongType(name, field, value);
    case 'datetime': {
      const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(at)) return wrongType(name, field, value);
      // Seconds are the least that is kept.
      const kept = new Date(Math.floor(at / 1_000) * 1_000).toISOString();
      return { value: kept.replace('Z', '+0000') };
    }
    default:
      return checkText(name, field, value);
  }
}

/** Half-width white space; full-width blanks are characters like others to Salesforce. */
const trimmed = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');

function checkNumber(name: string, field: SalesforceField, value: unknown): FieldCheck {
  if (typeof value !== 'number') return wrongType(name, field, value);
  const { precision = 18, scale } = field;
  const kept = scale === undefined ? value : Number(value.toFixed(scale));
  if (Math.abs(kept) >= 10 ** (precision - (scale ?? 0))) {
    const message = `${name}: value outside of valid range on numeric field: ${value}`;
    return refuse('NUMBER_OUTSIDE_VALID_RANGE', name, message);
  }
  return { value: kept };
}

function checkText(name: string, field: SalesforceField, value: unknown): FieldCheck {
  if (typeof value !== 'string') return wrongType(name, field, value);
  const length = lengthOf(field);
  if (value.length > length) {
    const message = `${name}: data value too large: ${value.slice(0, 40)}... (max length=${length})`;
    return refuse('STRING_TOO_LONG', name, message);
  }
  if (field.type === 'lookup') {
    return numberOf(value) === undefined
      ? refuse('MALFORMED_ID', name, `${name}: id value of incorrect type: ${value}`)
      : { value: longId(value) };
  }
  if (field.type === 'email' && !/^[^\s@;,]+@[^\s@;,]+\.[^\s@;,.]+$/.test(value)) {
    return refuse('INVALID_EMAIL_ADDRESS', name, `${name}: invalid email address: ${value}`);
  }
  if (field.type === 'picklist') return checkChoices(name, field, [value]);
  if (field.type !== 'multipicklist') return { value };
  const chosen = value.split(';').map((one) => one.trim());
  return checkChoices(name, field, [...new Set(chosen)].filter(Boolean));
}

/** Several choices are shown in the order of their definition, whatever theirs was. */
function checkChoices(name: string, field: SalesforceField, chosen: string[]): FieldCheck {
  const { values = [], restricted = false } = field;
  const unknown = chosen.filter((one) => !values.includes(one));
  const tooLong = chosen.find((one) => one.length > longestChoice);
  if (tooLong !== undefined) {
    const message = `${name}: data value too large: ${tooLong.slice(0, 40)}... (max length=${longestChoice})`;
    return refuse('STRING_TOO_LONG', name, message);
  }
  if (restricted && unknown.length > 0) {
    const message = `${name}: bad value for restricted picklist field: ${unknown[0]}`;
    return refuse('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', name, message);
  }
  const known = values.filter((one) => chosen.includes(one));
  return { value: [...known, ...unknown].join(';') || null };
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || value < firstDay || value > lastDay) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function wrongType(name: string, field: SalesforceField, value: unknown): FieldCheck {
  const message = `${name}: value not of required type (${describedTypes[field.type]}): ${JSON.stringify(value)}`;
  return refuse('INVALID_TYPE_ON_FIELD_IN_RECORD', name, message);
}

export function refuse(statusCode: string, field: string, message: string): FieldCheck {
  return { error: { statusCode, message, fields: [field] } };
}
