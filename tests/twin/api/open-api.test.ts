import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startApi, type TestApi } from '../../support/api/fixture.ts';

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(
    z.looseObject({ name: z.string(), in: z.string(), schema: z.looseObject({}) }),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const documentSchema = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.strictObject({
    schemas: z.record(z.string(), z.looseObject({})),
    securitySchemes: z.strictObject({ googleIdentity: z.looseObject({ type: z.literal('http') }) }),
  }),
});

let api: TestApi;
let text: string;
let document: z.infer<typeof documentSchema>;
beforeAll(async () => {
  api = await startApi({ closed: false });
  const answer = await api.get('/v1/openapi.json');
  text = answer.text;
  document = documentSchema.parse(answer.body);
});
afterAll(() => api.close());

describe('GET /v1/openapi.json', () => {
  it('lists every endpoint', () => {
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(listed.sort()).toEqual([
      'get /healthz',
      'get /v1/accounts',
      'get /v1/accounts/{id}',
      'get /v1/accounts/{id}/candidate',
      'get /v1/accounts/{id}/history',
      'get /v1/accounts/{id}/log',
      'get /v1/answers',
      'get /v1/candidate',
      'get /v1/candidate/accounts',
      'get /v1/disagreements',
      'get /v1/episodes',
      'get /v1/hand-overs',
      'get /v1/health',
      'get /v1/interventions',
      'get /v1/lots',
      'get /v1/openapi.json',
      'get /v1/portfolio',
      'get /v1/runs',
      'get /v1/runs/{id}',
      'get /v1/sync/comparison',
      'get /v1/sync/parked',
      'get /v1/worklists',
      'get /v1/worklists/{id}',
      'post /v1/accounts/{id}/assessments',
      'post /v1/accounts/{id}/interventions',
      'post /v1/accounts/{id}/notes',
      'post /v1/accounts/{id}/overrides',
      'post /v1/accounts/{id}/overrides/{item}/withdraw',
      'post /v1/episodes/{id}/acknowledge',
      'post /v1/events',
      'post /v1/hand-overs/{id}/items/{item}',
      'post /v1/packs/{id}/convert-snapshots',
      'post /v1/packs/{id}/move',
      'post /v1/packs/{id}/retire',
      'post /v1/runs/{id}/discard',
      'post /v1/runs/{id}/release',
      'post /v1/sync/retry',
    ]);
  });

  it('refers only to schemas that it holds', () => {
    const wanted = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, id]) => id);
    expect(wanted.length).toBeGreaterThan(20);
    for (const id of wanted) expect(Object.keys(document.components.schemas)).toContain(id);
    expect(text).not.toContain('$defs');
  });

  it('tells parameters with their types and limits', () => {
    const list = document.paths['/v1/accounts']?.get;
    expect(list?.parameters).toContainEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    });
    expect(document.paths['/v1/accounts/{id}']?.get?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true },
    ]);
  });

  it('says of each operation which role it takes, and what somebody without it gets', () => {
    const { get } = document.paths['/v1/accounts'] ?? {};
    expect(get?.security).toEqual([{ googleIdentity: ['viewer'] }]);
    const { post } = document.paths['/v1/runs/{id}/release'] ?? {};
    expect(post?.security).toEqual([{ googleIdentity: ['operator'] }]);
    expect(post?.responses['403']?.description).toBe('The caller has not the role operator');
    const health = document.paths['/v1/health']?.get;
    expect(health?.security).toEqual([]);
    expect(Object.keys(health?.responses ?? {})).not.toContain('401');
  });

  it('has operation ids that differ', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
