/** A CRM for each test of a contract suite, and what the suites ask of it. */
import { afterEach, beforeEach } from 'vitest';
import type { Crm, FieldValue } from '../../../functions/ports/crm.ts';

export interface OpenedCrm {
  crm: Crm;
  /** What administrators do, past the port. Accounts may share an external id. */
  createAccounts(externalIds: readonly string[]): Promise<string[]>;
  deleteAccount(id: string): Promise<void>;
  /** Every account with all of its fields. */
  accounts(): Promise<Record<string, FieldValue>[]>;
  /** Every task, oldest first. */
  tasks(): Promise<Record<string, FieldValue>[]>;
  close(): Promise<void>;
}

export function openedForEach(open: () => Promise<OpenedCrm>): OpenedCrm {
  const opened = {} as OpenedCrm;
  beforeEach(async () => {
    Object.assign(opened, await open());
  });
  afterEach(() => opened.close());
  return opened;
}

export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `account-${i}`);

export const updateOne = async (
  { crm }: OpenedCrm,
  id: string,
  values: Record<string, FieldValue>,
) => (await crm.update('Account', [{ id, fields: values }]))[0];
