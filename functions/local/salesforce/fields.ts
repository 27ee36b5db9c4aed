/** Fields of the stand-in's objects: Account, and one of an org's own below it. */
import {
  checkValue,
  describedTypes,
  type FieldCheck,
  isNumeric,
  isTextual,
  lengthOf,
  refuse,
  type SalesforceField,
} from './field-values.ts';

export const account = 'Account';

/** A custom field with its API name. */
export type FieldDefinition = SalesforceField & { name: string };

/** Names as the API gives them; Salesforce itself takes names in any case. */
const everyObjects: Record<string, SalesforceField> = {
  Id: { type: 'text', length: 18, readOnly: true },
  IsDeleted: { type: 'checkbox', readOnly: true },
  CreatedDate: { type: 'datetime', readOnly: true },
  LastModifiedDate: { type: 'datetime', readOnly: true },
};
/** Of an object of the org's own, whose records are numbered by Salesforce. */
const customObjects: Record<string, SalesforceField> = {
  ...everyObjects,
  Name: { type: 'text', length: 80, readOnly: true },
};
const accounts: Record<string, SalesforceField> = {
  ...everyObjects,
  MasterRecordId: { type: 'text', length: 18, readOnly: true },
  Name: { type: 'text', length: 255, required: true },
  Type: { type: 'picklist', length: 255 },
  Industry: { type: 'picklist', length: 255 },
  Phone: { type: 'phone' },
  Website: { type: 'url' },
  AnnualRevenue: { type: 'currency', precision: 18, scale: 0 },
  Description: { type: 'long-text', length: 32_000 },
};

export class ObjectFields {
  /** The object's name. */
  readonly object: string;
  readonly #fields: Map<string, SalesforceField>;
  readonly #names = new Map<string, string>();
  #externalId = 'Kenko_Account_Id__c';

  constructor(object: string, custom: readonly FieldDefinition[]) {
    this.object = object;
    this.#fields = new Map(Object.entries(object === account ? accounts : customObjects));
    this.define(custom);
  }

  /** The field that seeds are known by. */
  get externalId(): string {
    return this.#externalId;
  }

  /** Adds custom fields, or changes them. */
  define(custom: readonly FieldDefinition[]): void {
    this.#externalId = custom.find((field) => field.externalId)?.name ?? this.#externalId;
    if (this.object === account && !this.#fields.has(this.#externalId)) {
      this.#fields.set(this.#externalId, { type: 'text', length: 255, externalId: true });
    }
    for (const { name, ...field } of custom) this.#fields.set(name, field);
    for (const name of this.#fields.keys()) this.#names.set(name.toLowerCase(), name);
  }

  /** Takes a custom field away, as an administrator does. */
  remove(name: string): void {
    this.#fields.delete(name);
    this.#names.delete(name.toLowerCase());
  }

  /** The field's name as the API gives it, or undefined where there is no such field. */
  nameOf(name: string): string | undefined {
    return this.#names.get(name.toLowerCase());
  }

  isText(name: string): boolean {
    const field = this.#fields.get(name);
    return field !== undefined && isTextual(field);
  }

  isCheckbox(name: string): boolean {
    return this.#fields.get(name)?.type === 'checkbox';
  }

  /** Whether queries may ask for records by it. */
  isFilterable(name: string): boolean {
    return this.#fields.get(name)?.type !== 'long-text';
  }

  isCaseSensitive(name: string): boolean {
    const field = this.#fields.get(name);
    return Boolean(field?.unique && field.caseSensitive);
  }

  isExternalId(name: string): boolean {
    return this.#fields.get(name)?.externalId ?? false;
  }

  unique(): string[] {
    return [...this.#fields].filter(([, { unique }]) => unique).map(([name]) => name);
  }

  /** Fields by which records are found. */
  keys(): string[] {
    const found = [...this.#fields].filter(([, field]) => field.unique || field.externalId);
    return found.map(([name]) => name);
  }

  names(): string[] {
    return [...this.#fields.keys()];
  }

  /** Without a value of these no record is made. */
  required(): string[] {
    return [...this.#fields].filter(([, { required }]) => required).map(([name]) => name);
  }

  lookups(): string[] {
    return [...this.#fields].filter(([, { type }]) => type === 'lookup').map(([name]) => name);
  }

  describe() {
    return [...this.#fields].map(([name, field]) => ({
      name,
      label: field.label ?? name,
      type: name === 'Id' ? 'id' : describedTypes[field.type],
      length: lengthOf(field),
      precision: isNumeric(field) ? (field.precision ?? 18) : 0,
      scale: isNumeric(field) ? (field.scale ?? 0) : 0,
      updateable: !field.readOnly,
      createable: !field.readOnly,
      filterable: this.isFilterable(name),
      referenceTo: field.type === 'lookup' ? [account] : [],
      nillable: field.type !== 'checkbox' && !field.required,
      custom: name.endsWith('__c'),
      externalId: field.externalId ?? false,
      unique: field.unique ?? false,
      caseSensitive: this.isCaseSensitive(name),
      restrictedPicklist: field.restricted ?? false,
      picklistValues: (field.values ?? []).map((value) => ({
        value,
        label: value,
        active: true,
        defaultValue: false,
      })),
    }));
  }

  /** What would be stored for `value`, or why Salesforce refuses it. */
  check(name: string, value: unknown): FieldCheck {
    const known = this.nameOf(name);
    const field = known === undefined ? undefined : this.#fields.get(known);
    if (known === undefined || field === undefined) {
      return refuse(
        'INVALID_FIELD',
        name,
        `No such column '${name}' on sobject of type ${this.object}`,
      );
    }
    if (field.readOnly) {
      const message = `Unable to create/update fields: ${known}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`;
      return refuse('INVALID_FIELD_FOR_INSERT_UPDATE', known, message);
    }
    const checked = checkValue(known, field, value);
    if (field.required && 'value' in checked && checked.value === null) {
      return refuse('REQUIRED_FIELD_MISSING', known, `Required fields are missing: [${known}]`);
    }
    return checked;
  }

  /** A value as records hold it; null for one that none can. */
  stored(name: string, value: unknown): string | number | boolean | null {
    const checked = value === undefined ? { value: null } : this.check(name, value);
    return 'value' in checked ? checked.value : null;
  }
}
