/** The resources below /services/data of the Salesforce stand-in. */
import { z } from 'zod';
import { account, type ObjectFields } from './fields.ts';
import { type FieldData, InvalidField } from './record-table.ts';
import type { RecordStore, SaveResult } from './records.ts';
import { MalformedQuery, parseSoql } from './soql.ts';
import type { TaskStore } from './tasks.ts';

export interface Answer {
  status: number;
  body?: unknown;
}

/** An object's records, and the fields that they have. */
interface ObjectRecords {
  store: RecordStore;
  fields: ObjectFields;
}

interface Resources {
  /** By name, as the API gives it. */
  objects: ReadonlyMap<string, ObjectRecords>;
  tasks: TaskStore;
  usage: { used: number; limit: number };
  pageSize: number;
}

/** Most records of one Collections call: 200 to write, 2,000 to read. */
const mostWritten = 200;
const mostRead = 2_000;

/** Tasks are only made, in a Collections call, queried and described. */
const task = 'Task';

const servedQueries =
  'This stand-in takes SELECT of fields or COUNT() FROM one object, WHERE with =, !=, <, <=, >, >= and IN joined by AND, in brackets by OR, ORDER BY and LIMIT.';

const record = z.record(z.string(), z.unknown());
const writeBody = z.object({ allOrNone: z.boolean().optional(), records: z.array(record) });
const readBody = z.object({ ids: z.array(z.string()), fields: z.array(z.string()) });

interface Cursor {
  object: ObjectRecords;
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
    const { tasks, usage } = this.#resources;
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
    const object = this.#object(type);
    if (id === 'describe' && method === 'GET' && (object || type === task)) {
      const fields = object?.fields.describe() ?? tasks.describe();
      const createable = object?.store.createable ?? true;
      return ok({ name: type, label: type, custom: object !== undefined, createable, fields });
    }
    if (!object) return missing();
    if (method === 'PATCH') return this.#writeOne(method, parts, text, base);
    return this.#single(object, method, id, url.searchParams.get('fields'), base);
  }

  #object(name: string | undefined): ObjectRecords | undefined {
    return name === undefined ? undefined : this.#resources.objects.get(name);
  }

  /** One record: made, updated by its id, or either by an external id. */
  #writeOne(method: string, [, type, key, value]: string[], text: string, base: string): Answer {
    const object = this.#object(type);
    if (!object) return missing();
    const { store, fields } = object;
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
        object: fields.object,
        where,
        orderBy: [],
        limit: undefined,
      });
      return { status: 300, body: alike.map(({ Id }) => `${base}/sobjects/${type}/${Id}`) };
    }
    return saved(results[0]?.created ? 201 : 200, results);
  }

  #single(
    { store, fields: { object } }: ObjectRecords,
    method: string,
    id: string,
    wanted: string | null,
    base: string,
  ): Answer {
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
    return ok(withAttributes(object, shown, base, found.Id));
  }

  #deleteMany(query: URLSearchParams): Answer {
    const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length > mostWritten) return tooMany();
    const object = [...this.#resources.objects.values()].find(({ store }) =>
      ids.every((id) => store.owns(id)),
    );
    return object ? ok(object.store.delete(ids, query.get('allOrNone') === 'true')) : missing();
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
    const named = types.size === 0 ? account : [...types][0];
    const object = this.#object(named);
    if (types.size > 1 || !object) {
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
    const { store, fields } = object;
    if (method === 'POST') return ok(store.create(rows, allOrNone));
    if (externalId === undefined) return ok(store.update(rows, allOrNone));
    const key = fields.nameOf(externalId);
    if (type !== fields.object || key === undefined || !fields.isExternalId(key)) return missing();
    return ok(store.upsert(key, rows, allOrNone));
  }

  #readMany(type: string, text: string, base: string): Answer {
    const object = this.#object(type);
    if (!object) return missing();
    const { ids, fields } = readBody.parse(JSON.parse(text));
    if (ids.length > mostRead) {
      return refuse(400, 'EXCEEDED_ID_LIMIT', `cannot retrieve more than ${mostRead} records`);
    }
    const { store } = object;
    return ok(
      ids.map((id) => {
        const found = store.get(id);
        if (found === undefined) return null;
        const shown = { ...store.pick(id, fields), Id: found.Id ?? null };
        return withAttributes(type, shown, base);
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
    const object = this.#object(query.object);
    if (!object) {
      return refuse(400, 'INVALID_TYPE', `sObject type '${query.object}' is not supported.`);
    }
    const { pageSize } = this.#resources;
    const rows = object.store.query({ ...query, fields: ['Id', ...query.fields] }, { deletedToo });
    if (query.fields.length === 0) {
      return ok({ totalSize: rows.length, done: true, records: [] });
    }
    const ids = rows.map((row) => String(row.Id));
    const cursor = { object, ids, fields: query.fields };
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

  #page({ object, ids, fields }: Cursor, offset: number, locator: string, base: string): Answer {
    const { pageSize } = this.#resources;
    const end = offset + pageSize;
    const records = ids.slice(offset, end).flatMap((id) => {
      const found = object.store.pick(id, fields);
      return found === undefined ? [] : [withAttributes(object.fields.object, found, base, id)];
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

function withAttributes(type: string, row: FieldData, base: string, id = row.Id) {
  return { attributes: { type, url: `${base}/sobjects/${type}/${id}` }, ...row };
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
