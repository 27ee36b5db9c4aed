/**
 * What an org's own rules, triggers and flows do to rows on their way. Nothing by default; tests,
 * and whoever tries an org with automation, say what.
 */

import type { FieldError } from './field-values.ts';
import type { FieldData } from './record-table.ts';

export interface AutomationOptions {
  /** A trigger, flow or validation rule: the error of a row as it would be saved, or undefined. */
  onSave?: ((record: FieldData) => FieldError | undefined) | undefined;
  /** Rows of one call that triggers manage in one transaction; of a larger call every row fails. */
  mostRows?: number | undefined;
  /** A duplicate rule that blocks: a record may not agree with another in all of these fields. */
  duplicatesBy?: readonly string[] | undefined;
}

/** https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm */
const cpuLimit: FieldError = {
  statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  message:
    'AccountTrigger: execution of AfterUpdate\n\ncaused by: System.LimitException: Apex CPU time limit exceeded\n\nTrigger.AccountTrigger: line 3, column 1: []',
  fields: [],
};

export class Automation {
  readonly options: AutomationOptions = {};

  /** What fails every row of a call of so many. */
  limitOf(rows: number): FieldError | undefined {
    const { mostRows } = this.options;
    return mostRows !== undefined && rows > mostRows ? cpuLimit : undefined;
  }

  errorOf(record: FieldData): FieldError | undefined {
    return this.options.onSave?.(record);
  }

  duplicateIn(record: FieldData, others: () => FieldData[]): FieldError | undefined {
    const { duplicatesBy: names } = this.options;
    const value = (one: FieldData, name: string) => String(one[name] ?? '').toLowerCase();
    if (!names || names.some((name) => value(record, name) === '')) return undefined;
    const isAlike = (other: FieldData) =>
      names.every((name) => value(other, name) === value(record, name));
    return others().some(isAlike)
      ? {
          statusCode: 'DUPLICATES_DETECTED',
          message:
            "You're creating a duplicate record. We recommend you use an existing record instead.",
          fields: [],
        }
      : undefined;
  }
}
