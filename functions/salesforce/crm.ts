/** The CRM port on Salesforce's REST API, by jsforce. */
import type { z } from 'zod';
import { code, Rejected, Unauthorized } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  Crm,
  CrmAuth,
  CrmField,
  CrmTask,
  FieldValue,
  RecordUpdate,
  UpdateResult,
} from '../ports/crm.ts';
import { sameRecord } from '../ports/record-ids.ts';
import { described, queryPage, readRecords, scalarOf } from './answers.ts';
import { chunksOf } from './chunks.ts';
import {
  callFailure,
  isOverLimit,
  isToBeHalved,
  rowFailure,
  saveResults,
  unreadable,
} from './failures.ts';
import { SalesforceSession } from './session.ts';
import { inQueries, soqlText } from './soql.ts';
import { createTask, findTask } from './tasks.ts';

export interface SalesforceCrmOptions {
  /** `https://login.salesforce.com`, or the org's own My Domain URL. */
  loginUrl: string;
  auth: CrmAuth;
  clock: Clock;
  /** REST API version. Default 62.0; jsforce's own default is 50.0. */
  version?: string;
  /** Share of the daily API calls that is left to others, 0-1. Default 0.2. */
  headroomShare?: number;
  /** Longest wait for one answer. Default 120,000. */
  timeoutMs?: number;
  /** Tries of one call, and of one row that was locked, the first included. Default 4. */
  attempts?: number;
}

/** Most records of one Collections call that reads. */
const mostRead = 2_000;
/** Records of one page of a query, so that a list of records is one call a page. */
const mostListed = 2_000;

/** Rows that each fail at a limit of automation, after which it is taken to fail at any. */
const mostIndigestible = 3;

/**
 * Opens the org; nothing is sent before the first call.
 * @throws Rejected for an option that cannot be right
 */
export function openSalesforceCrm(options: SalesforceCrmOptions): SalesforceCrm {
  const { loginUrl, headroomShare = 0.2, version = '62.0' } = options;
  if (!URL.canParse(loginUrl)) {
    throw new Rejected(
      code.badRequest,
      `salesforce: loginUrl is "${loginUrl}"; it has to be a URL.`,
    );
  }
  if (!(headroomShare >= 0 && headroomShare < 1)) {
    throw new Rejected(
      code.badRequest,
      `salesforce: headroomShare is ${headroomShare}; it has to be 0 or more and less than 1.`,
    );
  }
  const attempts = options.attempts ?? 4;
  const session = new SalesforceSession({
    loginUrl: loginUrl.replace(/\/+$/, ''),
    auth: options.auth,
    version,
    clock: options.clock,
    headroomShare,
    timeoutMs: options.timeoutMs ?? 120_000,
    attempts,
  });
  return new SalesforceCrm(session, attempts);
}

export class SalesforceCrm implements Crm {
  readonly #session: SalesforceSession;
  readonly #attempts: number;
  /** Fields of objects that are being listed, as they were at the first page. */
  readonly #listed = new Map<string, CrmField[]>();

  constructor(session: SalesforceSession, attempts: number) {
    this.#session = session;
    this.#attempts = attempts;
  }

  async resolve(
    externalIdField: string,
    accountIds: readonly string[],
  ): Promise<{ ids: Map<string, string>; ambiguous: Set<string> }> {
    const object = 'Account';
    const fields = ['Id', named(externalIdField)];
    // Salesforce compares without regard to case; only an exact match is the account.
    const wanted = new Set(accountIds);
    const ids = new Map<string, string>();
    const ambiguous = new Set<string>();
    for (const soql of inQueries({ fields, object, field: externalIdField, values: accountIds })) {
      await this.#session.keepHeadroom();
      for (const record of await this.#query(soql)) {
        const external = record[externalIdField];
        const id = record.Id;
        if (typeof external !== 'string' || typeof id !== 'string')
          throw unreadable('querying records');
        if (!wanted.has(external)) continue;
        if (ids.has(external) && ids.get(external) !== id) ambiguous.add(external);
        else ids.set(external, id);
      }
    }
    for (const id of ambiguous) ids.delete(id);
    return { ids, ambiguous };
  }

  update(objectType: string, records: readonly RecordUpdate[]): Promise<UpdateResult[]> {
    return this.write({ type: objectType, key: null }, records);
  }

  /**
   * Updates records whose `id` is the CRM's own, or, with a key, the value of that external id: then one
   * that is not there is made. Answers and errors as of `update`.
   */
  async write(
    { type, key }: { type: string; key: string | null },
    records: readonly RecordUpdate[],
  ): Promise<UpdateResult[]> {
    const results = new Array<UpdateResult>(records.length);
    const to = { type: named(type), key: key === null ? null : named(key) };
    const update = { to, records, results, indigestible: [] };
    let stopped: UpdateResult | undefined;
    for (const chunk of chunksOf(records)) {
      if (stopped === undefined) {
        try {
          await this.#session.keepHeadroom();
          await this.#session.loggedIn();
          stopped = await this.#updateChunk(update, chunk);
        } catch (error) {
          // Outcomes that are known must not be lost.
          if (!results.some(Boolean)) throw error;
          stopped = callFailure(error);
        }
      }
      if (stopped !== undefined) for (const at of chunk) results[at] ??= stopped;
    }
    return results;
  }

  async read(
    objectType: string,
    recordIds: readonly string[],
    fields: readonly string[],
  ): Promise<Map<string, Record<string, FieldValue>>> {
    const path = `/composite/sobjects/${named(objectType)}`;
    const found = new Map<string, Record<string, FieldValue>>();
    const wanted = [...new Set(recordIds)];
    for (let at = 0; at < wanted.length; at += mostRead) {
      const ids = wanted.slice(at, at + mostRead);
      await this.#session.keepHeadroom();
      const rows = await this.#session.ask(`reading ${objectType}`, readRecords, (connection) =>
        connection.requestPost(path, { ids, fields: fields.map(named) }),
      );
      if (rows.length !== ids.length) throw unreadable('reading records');
      for (const [i, row] of rows.entries()) {
        const id = ids[i];
        if (row === null || id === undefined) continue;
        found.set(id, Object.fromEntries(fields.map((name) => [name, scalarOf(row[name])])));
      }
    }
    return found;
  }

  async list(
    objectType: string,
    { externalIdField, showing }: { externalIdField: string | null; showing: readonly string[] },
    after: string | null,
  ): Promise<{ records: { id: string; externalId: string | null }[]; next: string | null }> {
    const key = externalIdField === null ? [] : [named(externalIdField)];
    const wanted = new Set(showing.map(named));
    await this.#session.keepHeadroom();
    let fields = after === null ? undefined : this.#listed.get(objectType);
    fields ??= wanted.size === 0 ? [] : await this.describe(objectType);
    this.#listed.set(objectType, fields);
    const shown = fields.filter(({ name, filterable }) => filterable && wanted.has(name));
    const conditions = [
      ...key.map((name) => `${name} != null`),
      ...shown.map(({ name, type }) => `${name} ${type === 'boolean' ? '= true' : '!= null'}`),
    ];
    if (conditions.length === 0) return { records: [], next: null };
    const behind = after === null ? '' : ` AND Id > ${soqlText(after)}`;
    const found = await this.#query(
      `SELECT ${['Id', ...key].join(', ')} FROM ${named(objectType)} WHERE (${conditions.join(' OR ')})${behind} ORDER BY Id LIMIT ${mostListed}`,
    );
    const records = found.map(({ Id: id, ...record }) => {
      const externalId = scalarOf(externalIdField === null ? null : record[externalIdField]);
      const isText = externalId === null || typeof externalId === 'string';
      if (typeof id !== 'string' || !isText) throw unreadable('querying records');
      return { id, externalId };
    });
    return { records, next: records.length < mostListed ? null : (records.at(-1)?.id ?? null) };
  }

  async describe(objectType: string): Promise<CrmField[]> {
    const { fields } = await this.#describe(objectType);
    return fields;
  }

  async canCreate(objectType: string): Promise<boolean> {
    const { createable } = await this.#describe(objectType);
    return createable;
  }

  /** Rows of a query, with these fields. @throws as `read` */
  async select(soql: string, fields: readonly string[]): Promise<Record<string, FieldValue>[]> {
    await this.#session.keepHeadroom();
    const rows = await this.#query(soql);
    return rows.map((row) => Object.fromEntries(fields.map((name) => [name, scalarOf(row[name])])));
  }

  createTask(task: CrmTask): Promise<string> {
    return createTask(this.#session, task);
  }

  findTask(key: string): Promise<string | undefined> {
    return findTask(this.#session, key);
  }

  usage(): { used: number; limit: number } | undefined {
    return this.#session.usage();
  }

  #describe(objectType: string): Promise<z.infer<typeof described>> {
    return this.#session.ask(
      `describing ${objectType}`,
      described,
      (connection) => connection.request(`/sobjects/${named(objectType)}/describe`),
      { asking: true },
    );
  }

  async #query(soql: string): Promise<Record<string, unknown>[]> {
    const records: Record<string, unknown>[] = [];
    let url: string | undefined = `/query?q=${encodeURIComponent(soql)}`;
    while (url !== undefined) {
      const at: string = url;
      const page = await this.#session.ask('querying records', queryPage, (connection) =>
        connection.request(at),
      );
      records.push(...page.records);
      url = page.done ? undefined : page.nextRecordsUrl;
    }
    return records;
  }

  /** Fills in the results of one call; gives what to answer for later chunks if they cannot be sent. */
  async #updateChunk(update: Update, chunk: readonly number[]): Promise<UpdateResult | undefined> {
    const { to, records, results } = update;
    let pending = chunk;
    for (let attempt = 1; ; attempt++) {
      let answers: z.infer<typeof saveResults>;
      try {
        answers = await this.#patch(
          to,
          pending.map((at) => recordAt(records, at)),
        );
      } catch (error) {
        if (error instanceof Unauthorized) throw error;
        // Find the row.
        if (isToBeHalved(error) && pending.length > 1) return this.#updateHalves(update, pending);
        const failure = callFailure(error);
        for (const at of pending) results[at] = failure;
        return failure.outcome === 'retry' ? failure : undefined;
      }
      const again: number[] = [];
      let overLimit = 0;
      for (const [i, at] of pending.entries()) {
        const answer = answers[i];
        if (answer === undefined) throw unreadable('updating records');
        const result: UpdateResult = answer.success
          ? { outcome: 'updated' }
          : rowFailure(answer.errors, attempt > 1);
        results[at] = result;
        if (result.outcome === 'retry') again.push(at);
        if (!answer.success && isOverLimit(answer.errors)) overLimit++;
      }
      const isTooMuch = overLimit === pending.length;
      if (isTooMuch && pending.length > 1) return this.#updateHalves(update, pending);
      if (again.length === 0) return undefined;
      if (attempt >= this.#attempts) return isTooMuch ? parkAlone(update, pending) : undefined;
      pending = again;
      await this.#session.backOff(attempt);
    }
  }

  /** What one call cannot take is sent in two, each of which may be parted again. */
  async #updateHalves(update: Update, rows: readonly number[]): Promise<UpdateResult | undefined> {
    const middle = Math.ceil(rows.length / 2);
    const stopped = await this.#updateChunk(update, rows.slice(0, middle));
    if (stopped === undefined) return this.#updateChunk(update, rows.slice(middle));
    for (const at of rows.slice(middle)) update.results[at] = stopped;
    return stopped;
  }

  async #patch(
    { type, key }: Update['to'],
    rows: readonly RecordUpdate[],
  ): Promise<z.infer<typeof saveResults>> {
    const body = {
      allOrNone: false,
      records: rows.map(({ id, fields }) => ({
        attributes: { type },
        [key ?? 'id']: id,
        ...fields,
      })),
    };
    const path = `/composite/sobjects${key === null ? '' : `/${type}/${key}`}`;
    return this.#session.call(`updating ${type}`, async (connection) => {
      const read = saveResults.safeParse(await connection.requestPatch(path, body));
      const inOrder =
        read.success &&
        read.data.length === rows.length &&
        read.data.every(
          (row, i) =>
            !row.success || !row.id || key !== null || sameRecord(row.id, rows[i]?.id ?? ''),
        );
      if (!read.success || !inOrder) throw unreadable('updating records');
      return read.data;
    });
  }
}

/** What is being written, and what has become of it. */
interface Update {
  to: { type: string; key: string | null };
  records: readonly RecordUpdate[];
  results: UpdateResult[];
  /** Rows that automation could not manage even alone. */
  indigestible: number[];
}

/**
 * A row that automation cannot manage alone is its own row's matter; but where that is so of
 * several, it is no row's: the others wait, instead of being asked for one by one.
 */
function parkAlone(
  { results, indigestible }: Update,
  [at]: readonly number[],
): UpdateResult | undefined {
  const result = at === undefined ? undefined : results[at];
  if (at === undefined || result?.outcome !== 'retry') return undefined;
  indigestible.push(at);
  results[at] = { ...result, outcome: 'rejected' };
  if (indigestible.length < mostIndigestible) return undefined;
  for (const each of indigestible) results[each] = result;
  return result;
}

function recordAt(records: readonly RecordUpdate[], at: number): RecordUpdate {
  const record = records[at];
  if (record === undefined) throw new RangeError(`there is no record ${at}`);
  return record;
}

/** Names go into paths and queries as they are, so they have to be names. */
function named(name: string): string {
  if (!/^[A-Za-z]\w*$/.test(name)) {
    throw new Rejected(
      code.badRequest,
      `salesforce: "${name}" is no API name; those are letters, digits and _, e.g. Kenko_Health__c.`,
    );
  }
  return name;
}
