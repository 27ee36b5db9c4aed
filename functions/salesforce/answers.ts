/** What Salesforce answers, as it is read. */
import { z } from 'zod';
import type { FieldValue } from '../ports/crm.ts';
import { unreadable } from './failures.ts';

const records = z.array(z.record(z.string(), z.unknown()));
export const queryPage = z.union([
  z.object({ records, done: z.literal(true) }),
  z.object({ records, done: z.literal(false), nextRecordsUrl: z.string() }),
]);
const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const readRecords = z.array(z.record(z.string(), z.unknown()).nullable());
const choice = z.object({ value: z.string(), active: z.boolean() });
/** Of a describe, what decides whether and how a field can be written. */
export const described = z.object({
  createable: z.boolean(),
  fields: z.array(
    z
      .object({
        name: z.string(),
        type: z.string(),
        length: z.number(),
        precision: z.number(),
        scale: z.number(),
        updateable: z.boolean(),
        createable: z.boolean(),
        filterable: z.boolean(),
        externalId: z.boolean(),
        unique: z.boolean(),
        referenceTo: z.array(z.string()).default([]),
        caseSensitive: z.boolean().default(false),
        restrictedPicklist: z.boolean().default(false),
        picklistValues: z.array(choice).default([]),
      })
      .transform(({ restrictedPicklist, picklistValues, ...field }) => ({
        ...field,
        restricted: restrictedPicklist,
        choices: picklistValues.filter(({ active }) => active).map(({ value }) => value),
      })),
  ),
});

/** A field of a record. @throws Retryable where it is none that is read */
export function scalarOf(value: unknown): FieldValue {
  const read = fieldValue.safeParse(value ?? null);
  if (!read.success) throw unreadable('reading records');
  return read.data;
}
