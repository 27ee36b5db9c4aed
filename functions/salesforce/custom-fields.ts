/** The custom fields that a pack's mapping needs on the CRM's object. */
import type { AccountColumn } from '../scorecard/language/pack/catalogue.ts';
import type { Pack, SalesforceValue } from '../scorecard/language/pack/pack.ts';

/** A custom field as an administrator makes it in Setup. */
export interface CustomField {
  name: string;
  type: 'text' | 'long-text' | 'number' | 'checkbox' | 'date' | 'lookup';
  /** Characters, for texts. */
  length?: number;
  precision?: number;
  scale?: number;
  externalId?: boolean;
  unique?: boolean;
  /** Of a unique text: ids that differ by case only are different ones. */
  caseSensitive?: boolean;
}

type Kind = Omit<CustomField, 'name'>;
type Child = NonNullable<NonNullable<Pack['salesforce']>['child']>;

const idField: Kind = {
  type: 'text',
  length: 255,
  externalId: true,
  unique: true,
  caseSensitive: true,
};
const text: Kind = { type: 'text', length: 255 };
const points: Kind = { type: 'number', precision: 18, scale: 2 };
const checkbox: Kind = { type: 'checkbox' };
const reasons: Kind = { type: 'long-text', length: 32_768 };

/** Of Account; the external id included. Standard fields, without `__c`, are there already. */
export function customFields(pack: Pack): CustomField[] {
  const externalId = externalIdField(pack);
  return [...(childOf(pack) ? [] : customOf(pack)), ...(externalId ? [externalId] : [])];
}

const customOf = (pack: Pack): CustomField[] =>
  mappedFields(pack).filter(({ name }) => name.endsWith('__c'));

/** The object below Account that is written to, with all that it needs; undefined where Account is. */
export function childOf(pack: Pack): { name: string; fields: CustomField[] } | undefined {
  const child = pack.salesforce?.child;
  return child
    ? { name: child.object, fields: [...customOf(pack), ...placingFields(child)] }
    : undefined;
}

/** The fields by which a record below an Account is found: what Kenko writes beside the mapping. */
export const placingFields = ({ key, lookup }: Child): [key: CustomField, lookup: CustomField] => [
  { ...idField, name: key },
  { name: lookup, type: 'lookup' },
];

/** What each field of the mapping has to hold; a standard field as if it were made for it. */
export function mappedFields(pack: Pack): CustomField[] {
  const fields = pack.salesforce?.fields ?? [];
  return fields.map(({ name, value }) => ({ name, ...fieldFor(value, pack) }));
}

/** The field that records are found by; undefined where accounts carry record ids. */
export function externalIdField({ salesforce }: Pick<Pack, 'salesforce'>): CustomField | undefined {
  return salesforce?.externalId ? { name: salesforce.externalId, ...idField } : undefined;
}

function fieldFor(value: SalesforceValue, pack: Pack): Kind {
  if (value.of === 'date') return { type: 'date' };
  if (value.of === 'next_action') return reasons;
  if (value.of !== 'account' && value.of !== 'score') return text;
  if (value.of === 'account') {
    const column = pack.accountColumns.find(({ name }) => name === value.column);
    return column ? fieldForColumn(column) : text;
  }
  switch (value.value) {
    case 'points':
    case 'earned':
    case 'available':
    case 'confidence':
    case 'change':
    case 'axis':
      return points;
    case 'headline':
      return { type: 'number', precision: 18, scale: 6 };
    case 'waiting_for_data':
    case 'held_by_hysteresis':
      return checkbox;
    case 'reasons':
      return reasons;
    default:
      return text;
  }
}

function fieldForColumn({ type }: AccountColumn): Kind {
  switch (type) {
    case 'BOOL':
      return checkbox;
    case 'DATE':
      return { type: 'date' };
    case 'STRING':
      return text;
    default:
      return { type: 'number', precision: 18, scale: 6 };
  }
}
