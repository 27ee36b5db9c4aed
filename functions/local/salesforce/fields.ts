/** Fields of the stand-in's Account, and what Salesforce lets be written to them. */
import { z } from 'zod';

/** A custom field as an administrator makes it in Setup. */
export const salesforceField = z.strictObject({
  type: z.enum(['text', 'long-text', 'number', 'checkbox', 'date', 'datetime', 'picklist']),
  /** Characters, for text. Default 255; long text 32,768. */
  length: z.int().min(1).max(131_072).optional(),
  /** Digits in all and after the point, for numbers. Default 18, and no rounding. */
  precision: z.int().min(1).max(18).optional(),
  scale: z.int().min(0).max(17).optional(),
  label: z.string().optional(),
  /** Accounts are found by it; the first such field is the seeds' key. */
  externalId: z.boolean().optional(),
  /** Only said by a describe: two records may still carry one value. */
  unique: z.boolean().optional(),
  readOnly: z.boolean().optional(),
});
export type SalesforceField = z.infer<typeof salesforceField>;

/** A custom field with its API name. */
export type FieldDefinition = SalesforceField & { name: string };

export interface FieldError {
  statusCode: string;
  message: string;
  fields: string[];
}

export type FieldCheck = { value: string | number | boolean | null } | { error: FieldError };

/** Names as the API gives them; Salesforce itself takes names in any case. */
const standardFields: Record<string, SalesforceField> = {
  Id: { type: 'text', length: 18, readOnly: true },
  IsDeleted: { type: 'checkbox', readOnly: true },
  Name: { type: 'text', length: 255 },
  Type: { type: 'picklist', length: 255 },
  Industry: { type: 'picklist', length: 255 },
  Website: { type: 'text', length: 255 },
  Description: { type: 'long-text', length: 32_000 },
  CreatedDate: { type: 'datetime', readOnly: true },
  LastModifiedDate: { type: 'datetime', readOnly: true },
};

/** `type` of a describe, by ours: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
const describedTypes: Record<SalesforceField['type'], string> = {
  text: 'string',
  'long-text': 'textarea',
  number: 'double',
  checkbox: 'boolean',
  date: 'date',
  datetime: 'datetime',
  picklist: 'picklist',
};

const isTextual = new Set<SalesforceField['type']>(['text', 'long-text', 'picklist']);

export class AccountFields {
  readonly #fields = new Map<string, SalesforceField>(Object.entries(standardFields));
  readonly #names = new Map<string, string>();
  #externalId = 'Kenko_Account_Id__c';

  constructor(custom: readonly FieldDefinition[]) {
    this.define(custom);
  }

  /** The field that seeds are known by. */
  get externalId(): string {
    return this.#externalId;
  }

  /** Adds custom fields, or changes them. */
  define(custom: readonly FieldDefinition[]): void {
    this.#externalId = custom.find((field) => field.externalId)?.name ?? this.#externalId;
    if (!this.#fields.has(this.#externalId)) {
      this.#fields.set(this.#externalId, { type: 'text', length: 255, externalId: true });
    }
    for (const { name, ...field } of custom) this.#fields.set(name, field);
    for (const name of this.#fields.keys()) this.#names.set(name.toLowerCase(), name);
  }

  /** The field's name as the API gives it, or undefined where there is no such field. */
  nameOf(name: string): string | undefined {
    return this.#names.get(name.toLowerCase());
  }

  isNumber(name: string): boolean {
    return this.#fields.get(name)?.type === 'number';
  }

  isCheckbox(name: string): boolean {
    return this.#fields.get(name)?.type === 'checkbox';
  }

  names(): string[] {
    return [...this.#fields.keys()];
  }

  describe() {
    return [...this.#fields].map(([name, field]) => ({
      name,
      label: field.label ?? name,
      type: name === 'Id' ? 'id' : describedTypes[field.type],
      length: isTextual.has(field.type) ? lengthOf(field) : 0,
      precision: field.type === 'number' ? (field.precision ?? 18) : 0,
      scale: field.type === 'number' ? (field.scale ?? 0) : 0,
      updateable: !field.readOnly,
      createable: !field.readOnly,
      nillable: field.type !== 'checkbox' && name !== 'Name',
      custom: name.endsWith('__c'),
      externalId: field.externalId ?? false,
      unique: field.unique ?? false,
    }));
  }

  /** What would be stored for `value`, or why Salesforce refuses it. */
  check(name: string, value: unknown): FieldCheck {
    const known = this.nameOf(name);
    const field = known === undefined ? undefined : this.#fields.get(known);
    if (known === undefined || field === undefined) {
      return refuse('INVALID_FIELD', name, `No such column '${name}' on sobject of type Account`);
    }
    if (field.readOnly) {
      const message = `Unable to create/update fields: ${known}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
      return refuse('INVALID_FIELD_FOR_INSERT_UPDATE', known, message);
    }
    if (value === null || (value === '' && isTextual.has(field.type))) {
      if (field.type === 'checkbox') return wrongType(known, field, value);
      if (known === 'Name') {
        return refuse('REQUIRED_FIELD_MISSING', known, 'Required fields are missing: [Name]');
      }
      // An empty text is stored as no text.
      return { value: null };
    }
    return checkTyped(known, field, value);
  }
}

function checkTyped(name: string, field: SalesforceField, value: unknown): FieldCheck {
  switch (field.type) {
    case 'checkbox':
      return typeof value === 'boolean' ? { value } : wrongType(name, field, value);
    case 'number': {
      if (typeof value !== 'number') return wrongType(name, field, value);
      const whole = (field.precision ?? 18) - (field.scale ?? 0);
      if (Math.abs(value) >= 10 ** whole) {
        const message = `${name}: value outside of valid range on numeric field: ${value}`;
        return refuse('NUMBER_OUTSIDE_VALID_RANGE', name, message);
      }
      return { value: field.scale === undefined ? value : Number(value.toFixed(field.scale)) };
    }
    case 'date':
      return typeof value === 'string' && isDay(value) ? { value } : wrongType(name, field, value);
    case 'datetime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value))
        ? { value: new Date(value).toISOString().replace('Z', '+0000') }
        : wrongType(name, field, value);
    default: {
      if (typeof value !== 'string') return wrongType(name, field, value);
      const length = lengthOf(field);
      if (value.length > length) {
        const message = `${name}: data value too large: ${value.slice(0, 40)}... (max length=${length})`;
        return refuse('STRING_TOO_LONG', name, message);
      }
      return { value };
    }
  }
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function lengthOf(field: SalesforceField): number {
  return field.length ?? (field.type === 'long-text' ? 32_768 : 255);
}

function wrongType(name: string, field: SalesforceField, value: unknown): FieldCheck {
  const message = `${name}: value not of required type (${describedTypes[field.type]}): ${JSON.stringify(value)}`;
  return refuse('INVALID_TYPE_ON_FIELD_IN_RECORD', name, message);
}

function refuse(statusCode: string, field: string, message: string): FieldCheck {
  return { error: { statusCode, message, fields: [field] } };
}
