import { code, Rejected } from '../errors.ts';
import type { FieldValue } from '../ports/crm.ts';
import { unpackDetails } from '../records/account-details.ts';
import type { AccountDocument } from '../records/documents.ts';
import { asCell, oneLine } from '../safe-text.ts';
import type { Pack, SalesforceMapping, SalesforceValue } from '../scorecard/language/pack/pack.ts';
import { unknownBand } from '../scorecard/meaning/texts.ts';
import { isOutside } from './pilot.ts';

/** @throws Rejected `conflict` where the pack has none */
export function mappingOf({ id, salesforce }: Pack): SalesforceMapping {
  if (salesforce) return salesforce;
  const why = `The pack ${id} writes nothing to Salesforce: it has no salesforce.yaml.`;
  throw new Rejected(code.conflict, why);
}

/** The object whose fields are written. */
export const writtenTo = ({ child, object }: SalesforceMapping): string => child?.object ?? object;

/** What the CRM should show of an account, by field: nothing at all of one outside the pilot. */
export const crmFields = (
  mapping: SalesforceMapping,
  document: AccountDocument,
): Record<string, FieldValue> => (isOutside(mapping, document) ? {} : allFields(mapping, document));

/** What it shows of it, in a pilot or not. An account that left shows nothing. */
export function allFields(
  mapping: SalesforceMapping,
  document: AccountDocument,
): Record<string, FieldValue> {
  const details = unpackDetails(document.details);
  const fields: Record<string, FieldValue> = {};
  for (const { name, value } of mapping.fields) {
    fields[name] =
      document.state === 'absent' ? cleared(value) : fieldValue(value, document, details);
  }
  return fields;
}

/** What a record shows that is no account's. */
export function clearedFields({ fields }: SalesforceMapping): Record<string, FieldValue> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, cleared(value)]));
}

/** Salesforce takes no empty checkbox. */
function cleared(value: SalesforceValue): FieldValue {
  return value.of === 'score' && isFlag(value.value) ? false : null;
}

const isFlag = (value: string): boolean =>
  value === 'waiting_for_data' || value === 'held_by_hysteresis';

/** What the team's data holds, in one line, and no formula where a report is opened as a spreadsheet. */
const nameText = (text: string): string => asCell(oneLine(text));

type Details = ReturnType<typeof unpackDetails>;

/** Points as people read them, with at most two decimals. */
const inPoints = (hundredths: number | null | undefined): number | null =>
  hundredths === null || hundredths === undefined ? null : hundredths / 100;

function fieldValue(
  value: SalesforceValue,
  document: AccountDocument,
  details: Details,
): FieldValue {
  switch (value.of) {
    case 'account': {
      const shown = document.attributes[value.column] ?? null;
      return typeof shown === 'string' ? nameText(shown) : shown;
    }
    case 'date':
      return document.date;
    case 'team': {
      const team = document.assignment?.team;
      return (value.as === 'id' ? team?.id : team?.label[value.as]) ?? null;
    }
    case 'worklists': {
      const ids = Object.keys(document.worklists);
      const names = value.as === 'id' ? ids : ids.map((id) => value.labels[id]?.[value.as] ?? id);
      return names.join(';') || null;
    }
    case 'next_action': {
      const next = Object.entries(document.worklists).flatMap(
        ([
          list,
          {
            reasons: [first = ''],
          },
        ]) => value.actions[list]?.[first]?.[value.as] ?? [],
      );
      return asCell(next.join('\n')) || null;
    }
    case 'owner': {
      const owner = document.assignment?.owner ?? null;
      return owner === null ? null : nameText(owner);
    }
    case 'phase': {
      if (value.as === 'id' || document.phase === null) return document.phase;
      const [first] = Object.values(details);
      return first?.explanation.phase?.label[value.as] ?? document.phase;
    }
    case 'score':
      return scoreValue(value, document, details);
  }
}

function scoreValue(
  value: Extract<SalesforceValue, { of: 'score' }>,
  document: AccountDocument,
  details: Details,
): FieldValue {
  const score = document.scores[value.score];
  const detail = details[value.score];
  if (!score || !detail) return cleared(value);
  switch (value.value) {
    case 'points':
    case 'earned':
    case 'available':
      return inPoints(score[value.value]);
    case 'change':
      return inPoints(score.change?.total);
    case 'confidence':
      return score.confidence === null ? null : Math.round(score.confidence * 100) / 100;
    case 'scorecard':
    case 'version':
    case 'trend':
    case 'cap':
    case 'waiting_for_data':
    case 'held_by_hysteresis':
      return score[value.value];
    case 'headline': {
      const shown = detail.explanation.headline;
      return shown?.current ? shown.value : null;
    }
    case 'band':
      return value.as === 'id' ? score.band : bandLabel(detail, score.band, value.as);
    case 'reasons':
      return asCell(detail.reasons[value.as].join('\n')) || null;
    case 'axis':
      return inPoints(detail.explanation.axes.find((axis) => axis.id === value.axis)?.points);
  }
}

function bandLabel(
  detail: Details[string],
  band: string | null,
  language: 'en' | 'ja',
): string | null {
  if (band === null) return null;
  return (
    (detail.bands[band] ?? (band === unknownBand.id ? unknownBand.label : undefined))?.[language] ??
    band
  );
}
