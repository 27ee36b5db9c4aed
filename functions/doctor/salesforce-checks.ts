/** Checks of the org that scores are written to. */
import { code, hasCode, messageOf, Unauthorized } from '../errors.ts';
import { type Crm, type CrmField, taskKeyField } from '../ports/crm.ts';
import {
  type CustomField,
  externalIdField,
  mappedFields,
  placingFields,
} from '../salesforce/custom-fields.ts';
import { type WrittenValues, writtenValues } from '../salesforce/written-values.ts';
import type { Check, Examined } from './checks.ts';
import { type Found, notChecked, ok, problem, type Trouble, warning } from './report.ts';
import { salesforce as texts } from './service-texts.ts';
import { reasons, titles } from './texts.ts';

/** Types of a describe in which a value of ours keeps what it says: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm */
const fittingTypes: Record<CustomField['type'], readonly string[]> = {
  text: ['string', 'textarea', 'picklist', 'combobox', 'url', 'email', 'phone'],
  'long-text': ['string', 'textarea'],
  number: ['double', 'currency', 'percent', 'int'],
  checkbox: ['boolean'],
  date: ['date'],
  lookup: ['reference'],
};
/** Reconciling takes numbers for equal that differ by less than half of a hundredth. */
const leastScale = 2;
/** Of the day's calls: beyond this share, syncing leaves the rest to others. */
const busyShare = 0.8;

/** The CRM and the object that the mapping writes to, or why they are not looked at. */
function target({ crm, pack }: Examined, title: Found['checked']) {
  if (!pack.salesforce) return { without: [notChecked(title, reasons.noMapping)] };
  if (!crm) return { without: [notChecked(title, reasons.noSalesforce)] };
  return { crm, object: pack.salesforce.object, child: pack.salesforce.child };
}

export const salesforceLogin: Check = {
  id: 'salesforce-login',
  needs: ['salesforce-configuration', 'salesforce-key'],
  async look(examined) {
    const title = titles['salesforce-login'];
    const { without, crm, object, child } = target(examined, title);
    if (without) return without;
    for (const name of [object, ...(child ? [child.object] : [])]) {
      try {
        await crm.describe(name);
      } catch (error) {
        if (error instanceof Unauthorized) return [problem(title, texts.refused(messageOf(error)))];
        if (hasCode(error, code.notFound)) return [problem(title, texts.noObject(name))];
        throw error;
      }
    }
    return [ok(title, texts.loggedIn(child?.object ?? object))];
  },
};

export const salesforceFields: Check = {
  id: 'salesforce-fields',
  needs: ['salesforce-login'],
  async look(examined) {
    const title = titles['salesforce-fields'];
    const { without, crm, object, child } = target(examined, title);
    if (without) return without;
    const values = writtenValues(examined.pack);
    const written = child?.object ?? object;
    const names = new Set([object, written]);
    const described = new Map<string, CrmField[]>();
    for (const name of names) described.set(name, await crm.describe(name));
    const looked = (of: string, wanted: CustomField, look: FieldCheck): Found[] => {
      const field = described.get(of)?.find(({ name }) => isNamed(name, wanted.name));
      const title = texts.field(of, wanted.name);
      if (!field) return [problem(title, texts.noField(wanted))];
      const { problems = [], warnings = [] } = look(field, wanted, values.get(wanted.name) ?? {});
      const findings = [
        ...problems.map((trouble) => problem(title, trouble)),
        ...warnings.map((trouble) => warning(title, trouble)),
      ];
      return findings.length > 0 ? findings : [ok(title)];
    };
    const externalId = externalIdField(examined.pack);
    return [
      ...(externalId ? looked(object, externalId, lookAtExternalId) : []),
      ...mappedFields(examined.pack).flatMap((wanted) =>
        looked(written, wanted, child ? lookAtNewField : lookAtField),
      ),
      ...(child ? await placingFindings(child, crm, looked) : []),
      ...(await taskFindings(examined.pack, crm)),
    ];
  },
};

const isNamed = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether records below Accounts can be made, found again, and put back below their Account. */
async function placingFindings(
  child: NonNullable<NonNullable<Examined['pack']['salesforce']>['child']>,
  crm: Crm,
  looked: (of: string, wanted: CustomField, look: FieldCheck) => Found[],
): Promise<Found[]> {
  const { object } = child;
  const [key, lookup] = placingFields(child);
  const mayMake = await crm.canCreate(object);
  return [
    ...(mayMake ? [] : [problem(texts.field(object, key.name), texts.cannotMake(object))]),
    ...looked(object, key, lookAtKey),
    ...looked(object, lookup, lookAtLookup),
  ];
}

/** By which a task is found again, so that it is never made twice. */
const taskKey: CustomField = { name: taskKeyField, type: 'text', length: 255 };
/** What else a task is made of. */
const taskFields = ['WhatId', 'Subject', 'Description', 'Priority', 'Status', 'ActivityDate'];

/** Whether tasks can be made, where a signal makes one. */
async function taskFindings({ signals }: Examined['pack'], crm: Crm): Promise<Found[]> {
  const all = [...(signals?.states ?? []), ...(signals?.events ?? [])];
  if (!all.some(({ targets }) => targets.some(({ to }) => to === 'task'))) return [];
  const title = texts.field('Task', taskKey.name);
  let described: CrmField[];
  try {
    described = await crm.describe('Task');
  } catch (error) {
    if (!hasCode(error, code.notFound)) throw error;
    return [problem(title, texts.noTasks)];
  }
  const key = described.find(({ name }) => name === taskKey.name);
  if (!key) return [problem(title, texts.noField(taskKey))];
  if (!fittingTypes.text.includes(key.type)) {
    return [problem(title, texts.wrongType(key.type, taskKey))];
  }
  const refused = [taskKey.name, ...taskFields].filter(
    (name) => !described.some((field) => field.name === name && field.createable),
  );
  const length = taskKey.length ?? 0;
  const findings = [
    ...(refused.length > 0 ? [problem(title, texts.notCreateable(refused))] : []),
    ...(key.length < length ? [warning(title, texts.tooShort(key.length, length))] : []),
  ];
  return findings.length > 0 ? findings : [ok(title)];
}

type FieldCheck = (
  found: CrmField,
  wanted: CustomField,
  values: WrittenValues,
) => { problems?: Trouble[]; warnings?: Trouble[] };

const lookAtExternalId: FieldCheck = (found, wanted) => ({
  problems: [
    ...(found.type === 'string' ? [] : [texts.wrongType(found.type, wanted)]),
    ...(found.externalId ? [] : [texts.notExternalId]),
  ],
  warnings: [
    ...(found.unique ? [] : [texts.notUnique]),
    ...(found.unique && !found.caseSensitive ? [texts.notCaseSensitive] : []),
  ],
});

const lookAtKey: FieldCheck = (found, wanted) => ({
  problems: [
    ...(found.type === 'string' ? [] : [texts.wrongType(found.type, wanted)]),
    ...(found.externalId ? [] : [texts.notExternalId]),
    ...(found.unique ? [] : [texts.severalBelow]),
    ...(found.createable ? [] : [texts.readOnly]),
  ],
});

/** Where it can be changed, too: people move records, and Salesforce does when Accounts are merged. */
const lookAtLookup: FieldCheck = (found, wanted) => ({
  problems: [
    ...(found.type === 'reference' && found.referenceTo.includes('Account')
      ? []
      : [texts.wrongType(found.type, wanted)]),
    ...(found.createable && found.updateable ? [] : [texts.fixedLookup]),
  ],
});

/** Of a record that Kenko makes. */
const lookAtNewField: FieldCheck = (found, wanted, values) => {
  const { problems = [], warnings = [] } = lookAtField(found, wanted, values);
  const isShut = !found.createable && found.updateable;
  return { problems: [...problems, ...(isShut ? [texts.readOnly] : [])], warnings };
};

const lookAtField: FieldCheck = (found, wanted, values) => {
  const takesSeveral = values.several && found.type === 'multipicklist';
  if (!takesSeveral && !fittingTypes[wanted.type].includes(found.type)) {
    return { problems: [texts.wrongType(found.type, wanted)] };
  }
  const refusals = wanted.type === 'number' ? ofNumbers(found, values) : ofTexts(found, values);
  const length = values.texts ? 0 : (wanted.length ?? 0);
  const isFixed = found.restricted && wanted.type === 'text' && !values.texts;
  return {
    problems: [...(found.updateable ? [] : [texts.readOnly]), ...refusals],
    warnings: [
      ...(isFixed ? [texts.fixedChoices(found.choices.length)] : []),
      ...(found.length < length && !isFixed ? [texts.tooShort(found.length, length)] : []),
    ],
  };
};

function ofNumbers({ precision, scale }: CrmField, { most }: WrittenValues): Trouble[] {
  const digits = precision - scale;
  const isTooSmall = most !== undefined && precision > 0 && most >= 10 ** digits;
  const largest = `${'9'.repeat(digits) || '0'}${scale > 0 ? `.${'9'.repeat(scale)}` : ''}`;
  return [
    ...(isTooSmall ? [texts.tooSmall(largest, most)] : []),
    ...(scale < leastScale ? [texts.tooCoarse(scale)] : []),
  ];
}

/** Of texts that the rules know: each has to fit, and be one of a restricted picklist's. */
function ofTexts(found: CrmField, { texts: known = [], several }: WrittenValues): Trouble[] {
  if (several && found.type === 'picklist' && known.length > 1) return [texts.singleChoice];
  const missing = found.restricted ? known.filter((text) => !found.choices.includes(text)) : [];
  if (missing.length > 0) return [texts.missingChoices(missing)];
  const written = several && found.type !== 'multipicklist' ? [known.join(';')] : known;
  const longest = written.reduce((one, other) => (other.length > one.length ? other : one), '');
  return longest.length > found.length ? [texts.tooShortFor(found.length, longest)] : [];
}

export const salesforceCalls: Check = {
  id: 'salesforce-calls',
  needs: ['salesforce-login'],
  async look(examined) {
    const title = titles['salesforce-calls'];
    const { without, crm } = target(examined, title);
    if (without) return without;
    // Known since the login's check asked for something.
    const usage = crm.usage();
    if (!usage) return [notChecked(title, reasons.noCalls)];
    const { used, limit } = usage;
    return used >= limit * busyShare
      ? [warning(title, texts.fewCalls(used, limit))]
      : [ok(title, texts.calls(used, limit))];
  },
};
