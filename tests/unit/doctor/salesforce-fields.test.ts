/** What an org's fields take, against what a pack's rules can write. */
import { describe, expect, it } from 'vitest';
import type { Examined } from '../../../functions/doctor/checks.ts';
import { salesforceFields } from '../../../functions/doctor/salesforce-checks.ts';
import type { CrmField } from '../../../functions/ports/crm.ts';
import { childOf, customFields } from '../../../functions/salesforce/custom-fields.ts';
import { writtenValues } from '../../../functions/salesforce/written-values.ts';
import { parsePack } from '../../../functions/scorecard/language/parse/pack.ts';
import { readPackFiles } from '../../../functions/wiring/deployed-files.ts';

const pack = parsePack(readPackFiles('monoxer'));
const child = { object: 'Kenko_Health__c', lookup: 'Account__c', key: 'Kenko_Key__c' };
const described = (
  changes: Record<string, Partial<CrmField>> = {},
  fields = customFields(pack),
): CrmField[] =>
  fields.map(({ name, type, length = 0, precision = 0, scale = 0 }) => ({
    name,
    type: {
      text: 'string',
      'long-text': 'textarea',
      number: 'double',
      checkbox: 'boolean',
      date: 'date',
      lookup: 'reference',
    }[type],
    length,
    precision,
    scale,
    updateable: true,
    createable: true,
    filterable: true,
    externalId: name === pack.salesforce?.externalId || name === child.key,
    unique: name === pack.salesforce?.externalId || name === child.key,
    caseSensitive: true,
    choices: [],
    referenceTo: type === 'lookup' ? ['Account'] : [],
    restricted: false,
    ...changes[name],
  }));

async function wrong(changes: Record<string, Partial<CrmField>>): Promise<string[]> {
  const crm = { describe: async () => described(changes) };
  const examined = { pack: { ...pack, signals: null }, crm } as unknown as Examined;
  const findings = await salesforceFields.look(examined);
  return findings
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ outcome, checked, said }) => `${outcome} ${checked.en}: ${said?.en}`);
}
/** The same where the fields stand on records below Accounts. */
async function wrongBelow(
  changes: Record<string, Partial<CrmField>>,
  mayMake = true,
): Promise<string[]> {
  const { salesforce } = pack;
  if (!salesforce) throw new Error('the pack writes nothing to Salesforce');
  const below = { ...pack, signals: null, salesforce: { ...salesforce, child } };
  const crm = {
    describe: async (object: string) =>
      object === 'Account'
        ? described({}, customFields(below))
        : described(changes, childOf(below)?.fields),
    canCreate: async () => mayMake,
  };
  const findings = await salesforceFields.look({ pack: below, crm } as unknown as Examined);
  return findings
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ outcome, checked, said }) => `${outcome} ${checked.en}: ${said?.en}`);
}
const texts = (field: string): string[] => writtenValues(pack).get(field)?.texts ?? [];

it('the rules say which words and how large numbers are written', () => {
  const values = writtenValues(pack);
  expect(values.get('Kenko_Health__c')).toEqual({ most: 200 });
  expect(values.get('Kenko_Health_Change__c')).toEqual({ most: 200 });
  expect(values.get('Kenko_Health_Confidence__c')).toEqual({ most: 1 });
  expect(texts('Kenko_Health_Band__c')).toContain('unknown');
  expect(texts('Kenko_Health_Band_Label__c')).toContain('データ不足');
  expect(texts('Kenko_Health_Trend__c')).toEqual(['rising', 'steady', 'falling']);
  expect(texts('Kenko_Health_Version__c').length).toBeGreaterThan(0);
  expect(texts('Kenko_Phase__c')).toEqual(pack.phases.map(({ id }) => id));
  expect(texts('Kenko_Team_Label__c')).toEqual(pack.routing?.teams.map(({ label }) => label.ja));
  expect(values.get('Kenko_Worklists__c')).toEqual({
    texts: pack.worklists.lists.map(({ id }) => id),
    several: true,
  });
  // The data decide.
  for (const name of ['Kenko_Owner__c', 'Kenko_Health_Reasons__c', 'Kenko_Changed_On__c']) {
    expect(values.get(name)).toEqual({});
  }
  expect([...values.keys()]).toEqual(pack.salesforce?.fields.map(({ name }) => name));
});

describe('a field', () => {
  it('as Kenko asks for it takes everything', async () => {
    expect(await wrong({})).toEqual([]);
  });

  it('may be a picklist of all words, or of any', async () => {
    const choices = texts('Kenko_Phase_Label__c');
    const picklist = { type: 'picklist', length: 255 };
    expect(
      await wrong({ Kenko_Phase_Label__c: { ...picklist, restricted: true, choices } }),
    ).toEqual([]);
    expect(await wrong({ Kenko_Phase_Label__c: { ...picklist, choices: [] } })).toEqual([]);
  });

  it('that lacks many words names some, in both languages', async () => {
    const picklist = { type: 'picklist', length: 255, restricted: true, choices: [] };
    const [first = '', second = '', third = '', ...more] = texts('Kenko_Health_Band_Label__c');
    expect(more.length).toBeGreaterThan(0);
    expect(await wrong({ Kenko_Health_Band_Label__c: picklist })).toEqual([
      `problem Account.Kenko_Health_Band_Label__c: It is a restricted picklist without "${first}", "${second}", "${third}", ... (${more.length + 3}): accounts that are to show one of them are refused.`,
    ]);
    const crm = { describe: async () => described({ Kenko_Health_Band_Label__c: picklist }) };
    const found = await salesforceFields.look({
      pack: { ...pack, signals: null },
      crm,
    } as unknown as Examined);
    expect(found.find(({ outcome }) => outcome === 'problem')?.said?.ja).toContain(
      `制限付き選択リストに「${first}」「${second}」「${third}」`,
    );
  });

  it('for worklists holds several at once, or says that it does not', async () => {
    const choices = texts('Kenko_Worklists__c');
    expect(choices.length).toBeGreaterThan(1);
    const several = { type: 'multipicklist', length: 4_099, restricted: true };
    expect(await wrong({ Kenko_Worklists__c: { ...several, choices } })).toEqual([]);
    expect(await wrong({ Kenko_Worklists__c: { ...several, choices: choices.slice(1) } })).toEqual([
      expect.stringContaining(`without "${choices[0]}"`),
    ]);
    expect(
      await wrong({
        Kenko_Worklists__c: { type: 'picklist', length: 255, restricted: true, choices },
      }),
    ).toEqual([expect.stringContaining('a picklist of one value')]);
    const all = choices.join(';').length;
    expect(await wrong({ Kenko_Worklists__c: { length: all } })).toEqual([]);
    expect(await wrong({ Kenko_Worklists__c: { length: all - 1 } })).toEqual([
      expect.stringContaining(`It takes ${all - 1} characters, so "${choices.join(';')}"`),
    ]);
    // Of what is one text it takes only one.
    expect(await wrong({ Kenko_Owner__c: { type: 'multipicklist' } })).toEqual([
      expect.stringContaining('of type multipicklist'),
    ]);
  });

  it('for numbers has digits for the largest', async () => {
    const number = (precision: number, scale: number) =>
      wrong({ Kenko_Health__c: { precision, scale } });
    expect(await number(5, 2)).toEqual([]);
    expect(await number(4, 2)).toEqual([
      'problem Account.Kenko_Health__c: It takes numbers up to 99.99, but what is written goes up to 200: larger ones are refused.',
    ]);
    expect(await wrong({ Kenko_Health_Confidence__c: { precision: 2, scale: 2 } })).toEqual([
      expect.stringContaining('up to 0.99, but what is written goes up to 1'),
    ]);
  });
});

describe('a record below an Account', () => {
  it('as Kenko asks for it takes everything, and Account itself needs the external id alone', async () => {
    expect(await wrongBelow({})).toEqual([]);
    expect(customFields({ ...pack, salesforce: null })).toEqual([]);
  });

  it.each<[string, Record<string, Partial<CrmField>>, RegExp]>([
    [
      'has a key that is no External ID',
      { Kenko_Key__c: { externalId: false } },
      /Kenko_Key__c: It is no External ID/,
    ],
    [
      'has a key that is not unique',
      { Kenko_Key__c: { unique: false } },
      /Kenko_Key__c: It is not Unique, so that two/,
    ],
    [
      'has a key that may not be set',
      { Kenko_Key__c: { createable: false } },
      /Kenko_Key__c: Kenko's user may not write it/,
    ],
    [
      'looks up to something else',
      { Account__c: { referenceTo: ['Contact'] } },
      /Account__c: It is of type reference/,
    ],
    [
      'has a text instead of a lookup',
      { Account__c: { type: 'string' } },
      /Account__c: It is of type string/,
    ],
    [
      'cannot be put back',
      { Account__c: { updateable: false } },
      /Account__c: Kenko's user may not change it/,
    ],
    [
      'may not hold a mapped field when it is made',
      { Kenko_Health__c: { createable: false } },
      /Kenko_Health__c: Kenko's user may not write it/,
    ],
  ])('that %s is said', async (_, changes, said) => {
    const found = await wrongBelow(changes);
    expect(found).toEqual([expect.stringMatching(said)]);
    expect(found[0]).toMatch(/^problem Kenko_Health__c\./);
  });

  it('that may not be made is said', async () => {
    expect(await wrongBelow({}, false)).toEqual([
      "problem Kenko_Health__c.Kenko_Key__c: Kenko's user may not make records of Kenko_Health__c, so accounts without one are refused.",
    ]);
  });
});
