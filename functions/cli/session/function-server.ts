/** Deployed functions, each served by the real Functions Framework on loopback. */
import type { Server } from 'node:http';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { type FunctionName, functionNames } from '../../config.ts';
import { type LoopbackOptions, listenOnLoopback } from '../../local/loopback.ts';
import { keepBodiesRaw } from '../../raw-bodies.ts';

export interface ServedFunctions {
  servers: Server[];
  urls: ReadonlyMap<FunctionName, string>;
}

/** Serves every function that `index.ts` has registered. */
export async function serveFunctions(
  optionsOf: (name: FunctionName) => LoopbackOptions | Promise<LoopbackOptions>,
  urls = new Map<FunctionName, string>(),
): Promise<ServedFunctions> {
  const servers: Server[] = [];
  for (const name of functionNames) {
    const server = keepBodiesRaw(getTestServer(name));
    urls.set(name, await listenOnLoopback(server, await optionsOf(name)));
    servers.push(server);
  }
  return { servers, urls };
}
