/**
 * The CRM accounts are written to. Kenko only ever updates accounts' records, and creates tasks; a mapping may
 * name records of their own below them, which are made.
 */

/** How Kenko logs in, as a connected app that an administrator approved. */
export type CrmAuth =
  | { kind: 'client-credentials'; clientId: string; clientSecret: string }
  | {
      kind: 'jwt';
      clientId: string;
      username: string;
      /** PEM. */
      privateKey: string;
      /** `https://login.salesforce.com` (the default) or `https://test.salesforce.com`. */
      audience?: string;
    };

/** A field value as the CRM takes it: text, number, checkbox, `YYYY-MM-DD`, or empty. */
export type FieldValue = string | number | boolean | null;

/** One record to update; `id` is the CRM's own record id. */
export interface RecordUpdate {
  id: string;
  fields: Record<string, FieldValue>;
}

/** One answer per record, in order. */
export type UpdateResult =
  | { outcome: 'updated' }
  /** The row cannot be written as it is: park it until its content or the mapping changes. */
  | { outcome: 'rejected'; code: string; reason: string; fields?: readonly string[] }
  /** Nothing is wrong with the row: try it again later. */
  | { outcome: 'retry'; code: string; reason: string };

export interface CrmField {
  name: string;
  type: string;
  /** Characters, for text; 0 where it does not apply. */
  length: number;
  /** Digits in all and after the point, for numbers; 0 where it does not apply. */
  precision: number;
  scale: number;
  updateable: boolean;
  /** Whether a new record may hold it. */
  createable: boolean;
  /** Whether records can be asked for by it: a long text cannot. */
  filterable: boolean;
  externalId: boolean;
  unique: boolean;
  /** Objects that a lookup is to. */
  referenceTo: string[];
  /** Of a unique text: "ABC" and "abc" are two values. */
  caseSensitive: boolean;
  /** Values of a picklist that may be chosen. */
  choices: string[];
  /** Of a picklist: no other value is taken. */
  restricted: boolean;
}

/** Something for a person to do, on the record it is about. */
export interface CrmTask {
  /** Kept in `taskKeyField`, so that a task which may have been made can be found. */
  key: string;
  recordId: string;
  /** At most 255 characters; the rest is cut off. */
  subject: string;
  description: string;
  priority: 'High' | 'Normal' | 'Low';
  /** Day by which it is to be done. */
  due: string;
  /** The CRM's own id of a user; null: whoever the CRM chooses. */
  owner: string | null;
}

/** The field of tasks that holds their keys. */
export const taskKeyField = 'Kenko_Key__c';

export interface Crm {
  /**
   * Record ids of accounts by the external id field. Accounts without a record, or with more
   * than one, are left out of `ids` and named in `ambiguous` where there is more than one.
   */
  resolve(
    externalIdField: string,
    accountIds: readonly string[],
  ): Promise<{ ids: Map<string, string>; ambiguous: Set<string> }>;
  /**
   * Updates records of one type, any number (chunked to what the CRM takes in a call).
   * The answer has exactly one entry per record, in order; what became of records whose
   * call got no answer is `retry`, since values are absolute and may be sent again.
   * @throws Throttled at the daily limit or below the headroom kept for others
   * @throws Unauthorized where credentials do not work, or calls are refused whatever their rows
   * @throws Retryable where no record was sent
   */
  update(objectType: string, records: readonly RecordUpdate[]): Promise<UpdateResult[]>;
  /** Named fields of records, by record id; unknown ids are left out. */
  read(
    objectType: string,
    recordIds: readonly string[],
    fields: readonly string[],
  ): Promise<Map<string, Record<string, FieldValue>>>;
  /**
   * Records that have an external id, or show something in one of the fields that records can be asked
   * for by (an unchecked box shows nothing), some thousand at a time in the order of their ids.
   * @param after `next` of the page before; null for the first
   * @returns `externalId` null also where no field holds one; `next` null where there are no more
   * @throws Throttled, Unauthorized, Retryable
   */
  list(
    objectType: string,
    by: { externalIdField: string | null; showing: readonly string[] },
    after: string | null,
  ): Promise<{ records: { id: string; externalId: string | null }[]; next: string | null }>;
  /** Fields of an object type. @throws Rejected `not-found` for an unknown type. */
  describe(objectType: string): Promise<CrmField[]>;
  /** Whether records of an object type may be made. Throws as `describe`. */
  canCreate(objectType: string): Promise<boolean>;
  /**
   * Makes one task: never twice by itself, so a Retryable may mean that it is there.
   * @returns its id
   * @throws Rejected where it cannot be made as it is, Throttled, Unauthorized, Retryable
   */
  createTask(task: CrmTask): Promise<string>;
  /** The id of the task with this key; undefined where there is none. Throws as `createTask`. */
  findTask(key: string): Promise<string | undefined>;
  /** API calls used and allowed in the running 24 hours, as of the last answer. */
  usage(): { used: number; limit: number } | undefined;
}
