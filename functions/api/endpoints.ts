/** Every endpoint of the JSON API. */

import { healthAnswer, openApiAnswer } from '../records/api/common.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { enteringEndpoints } from './endpoints/entering.ts';
import { operatingEndpoints } from './endpoints/operating.ts';
import { readingEndpoints } from './endpoints/reading.ts';
import { openApi } from './open-api.ts';

const health = {
  role: null,
  shows: 'none',
  summary: 'Whether the API can answer',
  answer: healthAnswer,
  handle: async ({ runtime }: { runtime: { pack: { id: string } } }) => ({
    status: 'ok' as const,
    pack: runtime.pack.id,
  }),
} as const;

export const endpoints: readonly Endpoint[] = [
  ...readingEndpoints,
  ...enteringEndpoints,
  ...operatingEndpoints,
  endpoint({
    path: '/v1/openapi.json',
    name: 'getOpenApi',
    shows: 'none',
    summary: 'This description',
    answer: openApiAnswer,
    handle: async () => openApi(endpoints),
  }),
  endpoint({ ...health, path: '/v1/health', name: 'getHealth' }),
  // Google's front end keeps /healthz of run.app addresses to itself; elsewhere it is customary.
  endpoint({ ...health, path: '/healthz', name: 'getHealthz' }),
];
