/** The Account records of the Salesforce stand-in, and what its API and its people do to them. */
import type { Clock } from '../../ports/clock.ts';
import { shortId } from '../../ports/record-ids.ts';
import { type AccountRow, AccountTable, type FieldData } from './account-table.ts';
import type { Automation } from './automation.ts';
import type { FieldError } from './field-values.ts';
import type { AccountFields } from './fields.ts';
import { idOf, numberOf } from './record-ids.ts';
import type { SoqlQuery } from './soql.ts';

/** One row's answer of the sObject Collections API. */
export interface SaveResult {
  id?: string;
  success: boolean;
  errors: FieldError[];
  created?: boolean;
}

/** Most records of one merge, the one that is kept included. */
const mostMerged = 3;

export class AccountStore {
  readonly #table: AccountTable;
  readonly #fields: AccountFields;
  readonly #automation: Automation;
  readonly #clock: Clock;

  constructor(path: string, fields: AccountFields, automation: Automation, clock: Clock) {
    this.#table = new AccountTable(path, fields);
    this.#fields = fields;
    this.#automation = automation;
    this.#clock = clock;
  }

  /** Call it when fields were defined. */
  indexKeys(): void {
    this.#table.indexKeys();
  }

  close(): void {
    this.#table.close();
  }

  /** Creates accounts whose external id no account has yet; gives how many. */
  seed(records: readonly FieldData[]): number {
    const key = this.#fields.externalId;
    return this.#table.atomically(() => {
      let created = 0;
      for (const record of records) {
        // As it would be stored: blanks around it make no other account.
        const external = this.#fields.stored(key, record[key]);
        const alike = external === null ? [] : this.#table.holders(key, keyOf(external));
        if (alike.some((row) => visible(row)[key] === external)) continue;
        const saved = this.#create(record);
        if (!saved.success) {
          throw new Error(`account ${record[key]} is refused: ${saved.errors[0]?.message}`);
        }
        created++;
      }
      return created;
    });
  }

  get(id: string): FieldData | undefined {
    const row = this.#table.row(id);
    return row === undefined || row.deleted ? undefined : visible(row);
  }

  all(): FieldData[] {
    return this.#table.all().map(visible);
  }

  create(records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    return this.#save(records, allOrNone, (record) => this.#create(record));
  }

  update(records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    const repeated = repeatedKeys(records.map((record) => shortId(String(record.id ?? ''))));
    return this.#save(records, allOrNone, ({ id, ...data }) => {
      if (typeof id !== 'string' || numberOf(id) === undefined) {
        return failed('MALFORMED_ID', `Account ID: id value of incorrect type: ${id}`, ['Id']);
      }
      if (repeated.has(shortId(id))) {
        return failed('DUPLICATE_VALUE', `Duplicate id in list: ${id}`, ['Id']);
      }
      const row = this.#table.row(id);
      if (row === undefined) return failed('NOT_FOUND', 'The requested resource does not exist');
      if (row.deleted) return failed('ENTITY_IS_DELETED', 'entity is deleted');
      return this.#update(row, data);
    });
  }

  /** Updates by an external id field, and creates what it does not find. */
  upsert(externalId: string, records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    // As it would be stored: blanks around it make no other value.
    const keys = records.map((record) => this.#fields.stored(externalId, record[externalId]));
    const repeated = repeatedKeys(keys.map(String));
    return this.#save(records, allOrNone, (record, at) => {
      const { [externalId]: _, ...data } = record;
      const key = keys[at] ?? null;
      if (key === null) {
        return failed('MISSING_ARGUMENT', `${externalId} not specified`, [externalId]);
      }
      if (repeated.has(String(key))) {
        return failed('DUPLICATE_VALUE', `Duplicate external id specified: ${key}`, [externalId]);
      }
      const [row, another] = this.#table.holders(externalId, keyOf(key));
      if (another) {
        return failed('DUPLICATE_EXTERNAL_ID', `More than one record found for external id ${key}`);
      }
      if (row === undefined) {
        return { ...this.#create({ ...data, [externalId]: key }), created: true };
      }
      return { ...this.#update(row, data), created: false };
    });
  }

  /** Moves records to the recycle bin. */
  delete(ids: readonly string[], allOrNone: boolean): SaveResult[] {
    const rows = ids.map((id) => ({ id }));
    return this.#save(rows, allOrNone, ({ id }) => {
      const row = this.#table.row(id);
      if (row === undefined) {
        return failed('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
      }
      if (row.deleted) return failed('ENTITY_IS_DELETED', 'entity is deleted');
      this.#table.replace(row, JSON.parse(row.data), true);
      return saved(row);
    });
  }

  /** Takes a record out of the recycle bin, as people do in Setup and `undelete()` of the SOAP API. */
  undelete(id: string): SaveResult {
    const row = this.#table.row(id);
    if (!row?.deleted) {
      return failed('UNDELETE_FAILED', 'Entity is not in the recycle bin');
    }
    const { MasterRecordId: _, ...data } = JSON.parse(row.data) as FieldData;
    const taken = this.#duplicateValue(data, {}, row);
    if (taken) return { success: false, errors: [taken] };
    this.#table.replace(row, { ...data, LastModifiedDate: this.#timestamp() });
    return saved(row);
  }

  /**
   * Merges one or two records into another, which keeps its own values except for those given:
   * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_merge.htm
   * @param values of the duplicates', or new ones, that whoever merges wants to be kept
   */
  merge(masterId: string, duplicateIds: readonly string[], values: FieldData = {}): SaveResult {
    const master = this.#table.row(masterId);
    const duplicates = duplicateIds.map((id) => this.#table.row(id));
    if (duplicates.length === 0 || duplicates.length >= mostMerged) {
      return failed('INVALID_ARGUMENT', `A merge takes up to ${mostMerged} records`);
    }
    if (!master || master.deleted || duplicates.some((row) => !row || row.deleted)) {
      return failed('ENTITY_IS_DELETED', 'entity is deleted');
    }
    const undo = new Error('the merge failed');
    let result = saved(master);
    try {
      this.#table.atomically(() => {
        for (const row of duplicates) {
          if (row)
            this.#table.replace(row, { ...JSON.parse(row.data), MasterRecordId: masterId }, true);
        }
        result = this.#update(master, values);
        if (!result.success) throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
    }
    return result;
  }

  /** Rows of a query, with exactly its fields. @throws InvalidField */
  query(query: SoqlQuery, options?: { deletedToo?: boolean }): FieldData[] {
    const names = query.fields.map((field) => this.#table.known(field));
    return this.#table.find(query, options).map((row) => picked(visible(row), names));
  }

  /** A record with exactly these fields; one in the recycle bin too. @throws InvalidField */
  pick(id: string, fields: readonly string[]): FieldData | undefined {
    const names = fields.map((field) => this.#table.known(field));
    const row = this.#table.row(id);
    return row && picked(visible(row), names);
  }

  #create(record: FieldData): SaveResult {
    const checked = this.#checked({ Name: null, ...record });
    if ('errors' in checked) return { success: false, errors: checked.errors };
    const now = this.#timestamp();
    const data = { CreatedDate: now, LastModifiedDate: now, ...checked.data };
    return this.#stored(data, {}, undefined);
  }

  #update(row: AccountRow, changes: FieldData): SaveResult {
    const checked = this.#checked(changes);
    if ('errors' in checked) return { success: false, errors: checked.errors };
    const before: FieldData = JSON.parse(row.data);
    const data = { ...before, ...checked.data, LastModifiedDate: this.#timestamp() };
    return this.#stored(data, before, row);
  }

  /** In this order: automation, unique fields, duplicate rules. */
  #stored(data: FieldData, before: FieldData, row: AccountRow | undefined): SaveResult {
    const others = () => this.#table.all().filter((other) => other.number !== row?.number);
    const error =
      this.#automation.errorOf(data) ??
      this.#duplicateValue(data, before, row) ??
      this.#automation.duplicateIn(data, () => others().map(visible));
    if (error) return { success: false, errors: [error] };
    if (row === undefined) return { id: this.#table.insert(data), success: true, errors: [] };
    this.#table.replace(row, data);
    return saved(row);
  }

  /** Records in the recycle bin are in nobody's way. */
  #duplicateValue(
    data: FieldData,
    before: FieldData,
    row: AccountRow | undefined,
  ): FieldError | undefined {
    for (const name of this.#fields.unique()) {
      const value = data[name] ?? null;
      if (value === null || value === before[name]) continue;
      const holder = this.#table
        .holders(name, keyOf(value))
        .find((one) => one.number !== row?.number);
      if (!holder) continue;
      const message = `duplicate value found: ${name} duplicates value on record with id: ${shortId(idOf(holder.number))}`;
      return { statusCode: 'DUPLICATE_VALUE', message, fields: [] };
    }
    return undefined;
  }

  #checked(record: FieldData): { data: FieldData } | { errors: FieldError[] } {
    const data: FieldData = {};
    for (const [field, value] of Object.entries(record)) {
      if (field === 'attributes') continue;
      const check = this.#fields.check(field, value);
      if ('error' in check) return { errors: [check.error] };
      data[this.#fields.nameOf(field) ?? field] = check.value;
    }
    return { data };
  }

  /** The rows of a call are one transaction for automation, whose limits fail all of them. */
  #save<R extends FieldData>(
    records: readonly R[],
    allOrNone: boolean,
    save: (record: R, at: number) => SaveResult,
  ): SaveResult[] {
    const limit = this.#automation.limitOf(records.length);
    if (limit) return records.map(() => ({ success: false, errors: [limit] }));
    let results: SaveResult[] = [];
    const undo = new Error('a row failed');
    try {
      this.#table.atomically(() => {
        results = records.map(save);
        if (allOrNone && results.some((result) => !result.success)) throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
      const message = 'Record rolled back because not all records were valid';
      results = results.map((result) =>
        result.success ? failed('ALL_OR_NONE_OPERATION_ROLLED_BACK', message) : result,
      );
    }
    return results;
  }

  #timestamp(): string {
    return this.#clock.now().toISOString().replace('Z', '+0000');
  }
}

const saved = ({ number }: AccountRow): SaveResult => ({
  id: idOf(number),
  success: true,
  errors: [],
});

function visible(row: AccountRow): FieldData {
  return { Id: idOf(row.number), IsDeleted: row.deleted === 1, ...JSON.parse(row.data) };
}

function picked(account: FieldData, names: readonly string[]): FieldData {
  return Object.fromEntries(names.map((name) => [name, account[name] ?? null]));
}

/** Checkboxes are no keys. */
const keyOf = (value: string | number | boolean): string | number =>
  typeof value === 'boolean' ? Number(value) : value;

function failed(statusCode: string, message: string, fields: string[] = []): SaveResult {
  return { success: false, errors: [{ statusCode, message, fields }] };
}

function repeatedKeys(keys: readonly string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(keys.filter((key) => seen.size === seen.add(key).size));
}
