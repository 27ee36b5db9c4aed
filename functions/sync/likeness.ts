/** Whether a record shows what was written to an account, told by marks. */
import type { FieldValue } from '../ports/crm.ts';
import type { CrmDocument } from '../records/documents.ts';
import type { SalesforceMapping } from '../scorecard/language/pack/pack.ts';
import { isEmpty, markOf } from './field-values.ts';
import { type Marks, marksOf } from './former-records.ts';

const marksOfNothing = new Set([markOf(null), markOf(false)]);

/** Marks of what a record shows in our fields; empty ones are left out. */
export const marksShown = (
  { fields }: SalesforceMapping,
  found: Record<string, FieldValue>,
): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = found[name];
      return value === undefined || isEmpty(value) ? [] : [[name, markOf(value)]];
    }),
  );

/**
 * Whether a record is a copy of what was written to an account: at least half of what either shows. One
 * value alone tells nothing, where there are more: many accounts have 50 points, and people type that, too.
 */
export const isCopy = (
  mapping: SalesforceMapping,
  state: CrmDocument,
  found: Record<string, FieldValue>,
): boolean => {
  const [marks, shown] = [marksOf(state), marksShown(mapping, found)];
  return isEnough(countAlike(marks, shown), shown, countWritten(mapping, marks));
};

export const isEnough = (alike: number, shown: Record<string, string>, written: number): boolean =>
  alike > 0 && 2 * alike >= Math.max(Object.keys(shown).length, written);

export const countAlike = (marks: Marks, shown: Record<string, string>): number =>
  Object.entries(shown).filter(([name, mark]) => marks[name]?.includes(mark)).length;

/** Fields in which something was written. */
export const countWritten = ({ fields }: SalesforceMapping, marks: Marks): number =>
  fields.filter(({ name }) => marks[name]?.some((mark) => !marksOfNothing.has(mark))).length;
