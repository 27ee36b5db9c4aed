/** The resources below /services/data of the Salesforce stand-in. */
import { z } from 'zod';
import { type FieldData, InvalidField } from './account-table.ts';
import type { AccountStore, SaveResult } from './accounts.ts';
import type { AccountFields } from './fields.ts';
import { MalformedQuery, parseSoql } from './soql.ts';
import type { TaskStore } from './tasks.ts';

export interface Answer {
  status: number;
  body?: unknown;
}

interface Resources {
  store: AccountStore;
  tasks: TaskStore;
  fields: AccountFields;
  usage: { used: number; limit: number };
  pageSize: number;
}

/** Most records of one Collections call: 200 to write, 2,000 to read. */
const mostWritten = 200;
const mostRead = 2_000;

const account = 'Account';
/** Tasks are only made, in a Collections call, queried and described. */
const task = 'Task';

const servedQueries =
  'This stand-in takes SELECT of fields or COUNT() FROM one object, WHERE with =, !=, <, <=, >, >= and IN joined by AND, in brackets by OR, ORDER BY and LIMIT.';

const record = z.record(z.string(), z.unknown());
const writeBody = z.object({ allOrNone: z.boolean().optional(), records: z.array(record) });
const readBody = z.object({ ids: z.array(z.string()), fields: z.array(z.string()) });

interface Cursor {
  ids: string[];
  fields: string[];
}

export class SalesforceRest {
  readonly #resources: Resources;
  readonly #cursors = new Map<string, Cursor>();

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  answer(method: string, url: URL, text: string): Answer {
    const [, version, ...path] = /^\/services\/data\/(v[\d.]+)\/(.*)$/.exec(url.pathname) ?? [];
    const parts = (path[0] ?? '').split('/').filter((part) => part !== '');
    const base = `/services/data/${version}`;
    try {
      return this.#route(method, parts.map(decodeURIComponent), url, text, base);
    } catch (error) {
      if (error instanceof InvalidField) return refuse(400, 'INVALID_FIELD', error.message);
      if (error instanceof MalformedQuery) {
        return refuse(400, 'MALFORMED_QUERY', `${error.message}. ${servedQueries}`);
      }
      if (error instanceof z.ZodError || error instanceof SyntaxError) {
        return refuse(400, 'JSON_PARSER_ERROR', error.message);
      }
      throw error;
    }
  }

  #route(method: string, parts: string[], url: URL, text: string, base: string): Answer {
    const { fields, tasks, usage } = this.#resources;
    const [resource, type, ...rest] = parts;
    const route = `${method} ${resource}`;
    if (route === 'GET limits') {
      const left = Math.max(0, usage.limit - usage.used);
      return ok({ DailyApiRequests: { Max: usage.limit, Remaining: left } });
    }
    if (route === 'GET query' || route === 'GET queryAll') {
      const deletedToo = resource === 'queryAll';
      return type === undefined
        ? this.#query(url.searchParams.get('q') ?? '', base, deletedToo)
        : this.#nextPage(type, base);
    }
    if (resource === 'composite' && type === 'sobjects') {
      if (method === 'DELETE') return this.#deleteMany(url.searchParams);
      return this.#collection(method, rest, text, base);
    }
    if (resource !== 'sobjects') return missing();
    if (rest.length === 0 || rest.length === 2) return this.#writeOne(method, parts, text, base);
    const [id = '', ...below] = rest;
    if (below.length > 0) return missing();
    if (id === 'describe' && method === 'GET' && (type === account || type === task)) {
      const described = type === account ? fields.describe() : tasks.describe();
      return ok({ name: type, label: type, custom: false, fields: described });
    }
    if (type !== account) return missing();
    if (method === 'PATCH') return this.#writeOne(method, parts, text, base);
    return this.#single(method, id, url.searchParams.get('fields'), base);
  }

  /** One record: made, updated by its id, or either by an external id. */
  #writeOne(method: string, [, type, key, value]: string[], text: string, base: string): Answer {
    const { store, fields } = this.#resources;
    if (type !== account) return missing();
    const row = record.parse(JSON.parse(text)) as FieldData;
    if (method === 'POST' && key === undefined) return saved(201, store.create([row], true));
    if (method !== 'PATCH' || key === undefined) {
      return refuse(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed.`);
    }
    if (value === undefined) {
      const answer = saved(200, store.update([{ ...row, id: key }], true));
      return answer.status === 200 ? { status: 204 } : answer;
    }
    const field = fields.nameOf(key);
    if (field === undefined || !fields.isExternalId(field)) return missing();
    const results = store.upsert(field, [{ ...row, [field]: value }], true);
    if (results[0]?.errors[0]?.statusCode === 'DUPLICATE_EXTERNAL_ID') {
      const where = [[{ field, operator: '=' as const, values: [value] }]];
      const alike = store.query({
        fields: ['Id'],
        object: type,
        where,
        orderBy: [],
        limit: undefined,
      });
      return { status: 300, body: alike.map(({ Id }) => `${base}/sobjects/${type}/${Id}`) };
    }
    return saved(results[0]?.created ? 201 : 200, results);
  }

  #single(method: string, id: string, wanted: string | null, base: string): Answer {
    const { store } = this.#resources;
    if (method === 'DELETE') {
      const [result] = store.delete([id], true);
      const [error] = result?.errors ?? [];
      return error ? refuse(404, error.statusCode, error.message) : { status: 204 };
    }
    if (method !== 'GET') {
      return refuse(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed.`);
    }
    const found = store.get(id);
    if (found === undefined) return missing();
    const shown = wanted === null ? found : (store.pick(id, wanted.split(',')) ?? {});
    return ok(withAttributes(shown, base, found.Id));
  }

  #deleteMany(query: URLSearchParams): Answer {
    const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length > mostWritten) return tooMany();
    return ok(this.#resources.store.delete(ids, query.get('allOrNone') === 'true'));
  }

  #collection(method: string, path: string[], text: string, base: string): Answer {
    const [type, externalId] = path;
    if (method === 'POST' && type !== undefined) return this.#readMany(type, text, base);
    if (method !== 'POST' && method !== 'PATCH') {
      return refuse(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed.`);
    }
    const { allOrNone = false, records } = writeBody.parse(JSON.parse(text));
    if (records.length > mostWritten) return tooMany();
    const types = new Set(records.map((each) => attributesOf(each)?.type));
    if (method === 'POST' && types.size === 1 && types.has(task)) {
      return ok(this.#resources.tasks.create(records as FieldData[]));
    }
    if (types.size > 1 || (types.size === 1 && !types.has(account))) {
      return refuse(
        400,
        'INVALID_TYPE',
        `sObject type '${[...types].join(', ')}' is not supported.`,
      );
    }
    // What Salesforce cannot read at all fails the call as a whole.
    const nested = records.find((each) =>
      Object.entries(each).some(([name, value]) => name !== 'attributes' && isNested(value)),
    );
    if (nested !== undefined) {
      return refuse(
        400,
        'JSON_PARSER_ERROR',
        'Cannot deserialize a field from an object or a list',
      );
    }
    const rows = records as FieldData[];
    const { store, fields } = this.#resources;
    if (method === 'POST') return ok(store.create(rows, allOrNone));
    if (externalId === undefined) return ok(store.update(rows, allOrNone));
    const key = fields.nameOf(externalId);
    if (type !== account || key === undefined || !fields.isExternalId(key)) return missing();
    return ok(store.upsert(key, rows, allOrNone));
  }

  #readMany(type: string, text: string, base: string): Answer {
    if (type !== account) return missing();
    const { ids, fields } = readBody.parse(JSON.parse(text));
    if (ids.length > mostRead) {
      return refuse(400, 'EXCEEDED_ID_LIMIT', `cannot retrieve more than ${mostRead} records`);
    }
    const { store } = this.#resources;
    return ok(
      ids.map((id) => {
        const found = store.get(id);
        if (found === undefined) return null;
        return withAttributes({ ...store.pick(id, fields), Id: found.Id ?? null }, base);
      }),
    );
  }

  #query(soql: string, base: string, deletedToo: boolean): Answer {
    const query = parseSoql(soql);
    if (query.object === task) {
      const rows = this.#resources.tasks.query(query);
      const records = rows.map(({ Id: id }) => ({ attributes: { type: task }, Id: id }));
      return ok({ totalSize: rows.length, done: true, records });
    }
    if (query.object !== account) {
      return refuse(400, 'INVALID_TYPE', `sObject type '${query.object}' is not supported.`);
    }
    const { store, pageSize } = this.#resources;
    const rows = store.query({ ...query, fields: ['Id', ...query.fields] }, { deletedToo });
    if (query.fields.length === 0) {
      return ok({ totalSize: rows.length, done: true, records: [] });
    }
    const cursor = { ids: rows.map((row) => String(row.Id)), fields: query.fields };
    const locator = `01g5g${String(this.#cursors.size + 1).padStart(10, '0')}`;
    if (rows.length > pageSize) this.#cursors.set(locator, cursor);
    return this.#page(cursor, 0, locator, base);
  }

  #nextPage(locator: string, base: string): Answer {
    const [name = '', offset] = locator.split('-');
    const cursor = this.#cursors.get(name);
    if (cursor === undefined || offset === undefined) {
      return refuse(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    }
    return this.#page(cursor, Number(offset), name, base);
  }

  #page({ ids, fields }: Cursor, offset: number, locator: string, base: string): Answer {
    const { store, pageSize } = this.#resources;
    const end = offset + pageSize;
    const records = ids.slice(offset, end).flatMap((id) => {
      const found = store.pick(id, fields);
      return found === undefined ? [] : [withAttributes(found, base, id)];
    });
    const done = end >= ids.length;
    return ok({
      totalSize: ids.length,
      done,
      ...(done ? {} : { nextRecordsUrl: `${base}/query/${locator}-${end}` }),
      records,
    });
  }
}

/** One row's result as an answer of its own. */
function saved(status: number, [result]: SaveResult[]): Answer {
  const [error] = result?.errors ?? [];
  if (!error) return { status, body: result };
  const { statusCode: errorCode, message, fields } = error;
  const isGone = errorCode === 'NOT_FOUND' || errorCode === 'ENTITY_IS_DELETED';
  return { status: isGone ? 404 : 400, body: [{ errorCode, message, fields }] };
}

function attributesOf(row: Record<string, unknown>): { type?: string } | undefined {
  const { attributes } = row;
  return typeof attributes === 'object' && attributes !== null ? attributes : undefined;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function withAttributes(row: FieldData, base: string, id = row.Id) {
  return { attributes: { type: account, url: `${base}/sobjects/${account}/${id}` }, ...row };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function tooMany(): Answer {
  const message = `record limit reached. cannot submit more than ${mostWritten} records into this call`;
  return refuse(400, 'EXCEEDED_ID_LIMIT', message);
}

function missing(): Answer {
  return refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
}

function refuse(status: number, errorCode: string, message: string): Answer {
  return { status, body: [{ errorCode, message }] };
}
