/** The OpenAPI 3.1 document, made from the schemas that check every request and answer. */
import { z } from 'zod';
import { components, errorAnswer } from '../records/api/common.ts';
import type { Endpoint } from './endpoint.ts';

type JsonSchema = Record<string, unknown>;
const googleIdentity = 'googleIdentity';
const reference = (id: string): string => `#/components/schemas/${id}`;

export function openApi(endpoints: readonly Endpoint[]) {
  const { schemas } = z.toJSONSchema(components, { uri: reference });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = paths[endpoint.path] ?? {};
    paths[endpoint.path] = path;
    path[endpoint.method] = operationOf(endpoint);
  }
  return {
    openapi: '3.1.0' as const,
    info: {
      title: 'Kenko',
      version: '1',
      description:
        'Customer health scores. Points are in points with up to two decimals, instants are ' +
        "ISO 8601 in UTC, dates are local days of the pack's zone.",
    },
    paths,
    components: {
      securitySchemes: {
        [googleIdentity]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A Google ID token made for this address; behind Identity-Aware Proxy, one made for its ' +
            'OAuth client, which the proxy checks. Roles: viewer reads, editor enters and overrides ' +
            'too, operator releases, discards and sends again too.',
        },
      },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([id, schema]) => [id, withoutDialect(schema)]),
      ),
    },
  };
}

function operationOf(endpoint: Endpoint): JsonSchema {
  const errors: Record<string, string> = {
    400: 'The request is wrong',
    ...(endpoint.role === null
      ? {}
      : {
          401: 'The request brings no valid identity',
          403: `The caller has not the role ${endpoint.role}`,
        }),
    ...(endpoint.path.includes('{id}') ? { 404: 'Nothing has this id' } : {}),
    ...(endpoint.body
      ? {
          409: 'The Idempotency-Key stands for another request',
          413: 'The body is too large',
          415: 'The body is not application/json',
        }
      : {}),
    500: 'The request failed',
    503: 'Something the API needs cannot be reached; try again later',
  };
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    ...(endpoint.description ? { description: endpoint.description } : {}),
    security: endpoint.role === null ? [] : [{ [googleIdentity]: [endpoint.role] }],
    parameters: parametersOf(endpoint),
    ...(endpoint.body ? { requestBody: { required: true, content: json(endpoint.body) } } : {}),
    responses: {
      [endpoint.status]: { description: 'Success', content: json(endpoint.answer) },
      ...Object.fromEntries(
        Object.entries(errors).map(([status, description]) => [
          status,
          { description, content: json(errorAnswer) },
        ]),
      ),
    },
  };
}

function parametersOf({ path, query, body }: Endpoint): JsonSchema[] {
  const parameters: JsonSchema[] = [];
  for (const name of ['id', 'item'].filter((one) => path.includes(`{${one}}`))) {
    parameters.push({
      name,
      in: 'path',
      required: true,
      description: 'Percent-encoded',
      schema: { type: 'string' },
    });
  }
  for (const [name, schema] of Object.entries(query.shape)) {
    const { $schema: _, description, ...rest } = z.toJSONSchema(schema, { io: 'input' });
    parameters.push({
      name,
      in: 'query',
      required: false,
      ...(description ? { description } : {}),
      schema: rest,
    });
  }
  if (body) {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', maxLength: 200 },
    });
  }
  return parameters;
}

/** @throws Error for a body that is not among the named components */
function json(schema: z.ZodType): JsonSchema {
  const known = components.get(schema);
  if (!known) throw new Error('a body of the API has no name in records/api.ts');
  return { 'application/json': { schema: { $ref: reference(known.id) } } };
}

function withoutDialect({ $schema: _, $id: __, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
