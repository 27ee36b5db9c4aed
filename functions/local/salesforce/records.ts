/** The records of one object of the Salesforce stand-in, and what its API and its people do to them. */
import type { Clock } from '../../ports/clock.ts';
import { shortId } from '../../ports/record-ids.ts';
import type { Automation } from './automation.ts';
import type { FieldError } from './field-values.ts';
import type { ObjectFields } from './fields.ts';
import { idOf, numberOf } from './record-ids.ts';
import { type FieldData, type RecordRow, RecordTable } from './record-table.ts';
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

export class RecordStore {
  readonly #table: RecordTable;
  readonly #fields: ObjectFields;
  readonly #automation: Automation;
  readonly #clock: Clock;

  /** Whether the login may make records. */
  createable = true;
  /** Records that look up to those of this object. */
  readonly children: RecordStore[] = [];
  readonly #parents: RecordStore | undefined;

  constructor(
    path: string,
    fields: ObjectFields,
    automation: Automation,
    clock: Clock,
    parents?: RecordStore,
  ) {
    this.#parents = parents;
    parents?.children.push(this);
    this.#table = new RecordTable(path, fields);
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
        if (alike.some((row) => this.#visible(row)[key] === external)) continue;
        const saved = this.#create(record);
        if (!saved.success) {
          throw new Error(`account ${record[key]} is refused: ${saved.errors[0]?.message}`);
        }
        created++;
      }
      return created;
    });
  }

  /** Whether the id is of this object. */
  owns(id: string): boolean {
    return numberOf(id, this.#table.prefix) !== undefined;
  }

  get(id: string): FieldData | undefined {
    const row = this.#table.row(id);
    return row === undefined || row.deleted ? undefined : this.#visible(row);
  }

  all(): FieldData[] {
    return this.#table.all().map((row) => this.#visible(row));
  }

  create(records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    return this.#save(records, allOrNone, (record) => this.#create(record));
  }

  update(records: readonly FieldData[], allOrNone: boolean): SaveResult[] {
    const repeated = repeatedKeys(records.map((record) => shortId(String(record.id ?? ''))));
    return this.#save(records, allOrNone, ({ id, ...data }) => {
      if (typeof id !== 'string' || !this.owns(id)) {
        return failed(
          'MALFORMED_ID',
          `${this.#fields.object} ID: id value of incorrect type: ${id}`,
          ['Id'],
        );
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
    const results = this.#save(rows, allOrNone, ({ id }) => {
      const row = this.#table.row(id);
      if (row === undefined) {
        return failed('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
      }
      if (row.deleted) return failed('ENTITY_IS_DELETED', 'entity is deleted');
      this.#table.replace(row, JSON.parse(row.data), true);
      return this.#saved(row);
    });
    for (const { id, success } of results) if (success && id !== undefined) this.#leave(id, null);
    return results;
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
    return this.#saved(row);
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
    let result = this.#saved(master);
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
    if (result.success) {
      for (const row of duplicates) if (row) this.#leave(this.#idOf(row), this.#idOf(master));
    }
    return result;
  }

  /** Rows of a query, with exactly its fields. @throws InvalidField */
  query(query: SoqlQuery, options?: { deletedToo?: boolean }): FieldData[] {
    const names = query.fields.map((field) => this.#table.known(field));
    return this.#table.find(query, options).map((row) => picked(this.#visible(row), names));
  }

  /** A record with exactly these fields; one in the recycle bin too. @throws InvalidField */
  pick(id: string, fields: readonly string[]): FieldData | undefined {
    const names = fields.map((field) => this.#table.known(field));
    const row = this.#table.row(id);
    return row && picked(this.#visible(row), names);
  }

  #create(record: FieldData): SaveResult {
    if (!this.createable) {
      const message = `entity type cannot be inserted: ${this.#fields.object}`;
      return failed('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message);
    }
    const needed = Object.fromEntries(this.#fields.required().map((name) => [name, null]));
    const checked = this.#checked({ ...needed, ...record });
    if ('errors' in checked) return { success: false, errors: checked.errors };
    const now = this.#timestamp();
    const data = { CreatedDate: now, LastModifiedDate: now, ...checked.data };
    return this.#stored(data, {}, undefined);
  }

  #update(row: RecordRow, changes: FieldData): SaveResult {
    const checked = this.#checked(changes);
    if ('errors' in checked) return { success: false, errors: checked.errors };
    const before: FieldData = JSON.parse(row.data);
    const data = { ...before, ...checked.data, LastModifiedDate: this.#timestamp() };
    return this.#stored(data, before, row);
  }

  /** In this order: automation, unique fields, duplicate rules. */
  #stored(data: FieldData, before: FieldData, row: RecordRow | undefined): SaveResult {
    const others = () => this.#table.all().filter((other) => other.number !== row?.number);
    const error =
      this.#lookUp(data, before) ??
      this.#automation.errorOf(data) ??
      this.#duplicateValue(data, before, row) ??
      this.#automation.duplicateIn(data, () => others().map((other) => this.#visible(other)));
    if (error) return { success: false, errors: [error] };
    if (row === undefined) return { id: this.#table.insert(data), success: true, errors: [] };
    this.#table.replace(row, data);
    return this.#saved(row);
  }

  /** Whether a lookup that is given names a record: that of one which is kept is not looked at again. */
  #lookUp(data: FieldData, before: FieldData): FieldError | undefined {
    for (const name of this.#fields.lookups()) {
      const id = data[name];
      if (typeof id !== 'string' || id === before[name]) continue;
      const row = this.#parents?.row(id);
      if (row && !row.deleted) continue;
      const [statusCode, message] = row
        ? ['ENTITY_IS_DELETED', 'entity is deleted']
        : ['INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'];
      return { statusCode, message, fields: [] };
    }
    return undefined;
  }

  /** In the recycle bin, too. */
  row(id: string): RecordRow | undefined {
    return this.#table.row(id);
  }

  #leave(id: string, now: string | null): void {
    for (const child of this.children) child.lookFrom(id, now);
  }

  /** Records that look up to one that was deleted look up to none then, or to what it was merged into. */
  lookFrom(before: string, now: string | null): void {
    for (const row of this.#table.all()) {
      const data: FieldData = JSON.parse(row.data);
      const names = this.#fields.lookups().filter((name) => data[name] === before);
      if (names.length === 0) continue;
      const moved = Object.fromEntries(names.map((name) => [name, now]));
      this.#table.replace(row, { ...data, ...moved });
    }
  }

  #idOf(row: RecordRow): string {
    return idOf(row.number, this.#table.prefix);
  }

  #saved(row: RecordRow): SaveResult {
    return { id: this.#idOf(row), success: true, errors: [] };
  }

  #visible(row: RecordRow): FieldData {
    return { Id: this.#idOf(row), IsDeleted: row.deleted === 1, ...JSON.parse(row.data) };
  }

  /** Records in the recycle bin are in nobody's way. */
  #duplicateValue(
    data: FieldData,
    before: FieldData,
    row: RecordRow | undefined,
  ): FieldError | undefined {
    for (const name of this.#fields.unique()) {
      const value = data[name] ?? null;
      if (value === null || value === before[name]) continue;
      const holder = this.#table
        .holders(name, keyOf(value))
        .find((one) => one.number !== row?.number);
      if (!holder) continue;
      const message = `duplicate value found: ${name} duplicates value on record with id: ${shortId(this.#idOf(holder))}`;
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
