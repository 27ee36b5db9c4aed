/** Checks of the org that scores are written to. */
import { code, hasCode, messageOf, Unauthorized } from '../errors.ts';
import { type Crm, type CrmField, taskKeyField } from '../ports/crm.ts';
import { type CustomField, externalIdField, mappedFields } from '../salesforce/custom-fields.ts';
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
};
/** Reconciling takes numbers for equal that differ by less than half of a hundredth. */
const leastScale = 2;
/** Of the day's calls: beyond this share, syncing leaves the rest to others. */
const busyShare = 0.8;

/** The CRM and the object that the mapping writes to, or why they are not looked at. */
function target({ crm, pack }: Examined, title: Found['checked']) {
  if (!pack.salesforce) return { without: [notChecked(title, reasons.noMapping)] };
  if (!crm) return { without: [notChecked(title, reasons.noSalesforce)] };
  return { crm, object: pack.salesforce.object };
}

export const salesforceLogin: Check = {
  id: 'salesforce-login',
  needs: ['salesforce-configuration', 'salesforce-key'],
  async look(examined) {
    const title = titles['salesforce-login'];
    const { without, crm, object } = target(examined, title);
    if (without) return without;
    try {
      await crm.describe(object);
      return [ok(title, texts.loggedIn(object))];
    } catch (error) {
      if (error instanceof Unauthorized) return [problem(title, texts.refused(messageOf(error)))];
      if (hasCode(error, code.notFound)) return [problem(title, texts.noObject(object))];
      throw error;
    }
  },
};

export const salesforceFields: Check = {
  id: 'salesforce-fields',
  needs: ['salesforce-login'],
  async look(examined) {
    const title = titles['salesforce-fields'];
    const { without, crm, object } = target(examined, title);
    if (without) return without;
    const described = await crm.describe(object);
    const byName = new Map(described.map((field) => [field.name.toLowerCase(), field]));
    const looked = (wanted: CustomField, look: FieldCheck): Found[] => {
      const field = byName.get(wanted.name.toLowerCase());
      const title = texts.field(object, wanted.name);
      if (!field) return [problem(title, texts.noField(wanted))];
      const { problems = [], warnings = [] } = look(field, wanted);
      const findings = [
        ...problems.map((trouble) => problem(title, trouble)),
        ...warnings.map((trouble) => warning(title, trouble)),
      ];
      return findings.length > 0 ? findings : [ok(title)];
    };
    const externalId = externalIdField(examined.pack);
    return [
      ...(externalId ? looked(externalId, lookAtExternalId) : []),
      ...mappedFields(examined.pack).flatMap((wanted) => looked(wanted, lookAtField)),
      ...(await taskFindings(examined.pack, crm)),
    ];
  },
};

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
) => { problems?: Trouble[]; warnings?: Trouble[] };

const lookAtExternalId: FieldCheck = (found, wanted) => ({
  problems: [
    ...(found.type === 'string' ? [] : [texts.wrongType(found.type, wanted)]),
    ...(found.externalId ? [] : [texts.notExternalId]),
  ],
  warnings: found.unique ? [] : [texts.notUnique],
});

const lookAtField: FieldCheck = (found, wanted) => {
  if (!fittingTypes[wanted.type].includes(found.type)) {
    return { problems: [texts.wrongType(found.type, wanted)] };
  }
  const length = wanted.length ?? 0;
  return {
    problems: [
      ...(found.updateable ? [] : [texts.readOnly]),
      ...(wanted.type === 'number' && found.scale < leastScale
        ? [texts.tooCoarse(found.scale)]
        : []),
    ],
    warnings: found.length < length ? [texts.tooShort(found.length, length)] : [],
  };
};

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
