/** Deployed functions, each served by the real Functions Framework on loopback. */
import type { Server } from 'node:http';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { type FunctionName, functionNames } from '../../deployed-functions.ts';
import { type LoopbackOptions, listenOnLoopback } from '../../local/loopback.ts';
import { keepBodiesRaw } from '../../raw-bodies.ts';

/**
 * Serves every function that `index.ts` has registered.
 * @param urls filled in one by one: functions already served may call those that are
 */
export async function serveFunctions(
  urls: Map<FunctionName, string>,
  optionsOf: (name: FunctionName) => LoopbackOptions | Promise<LoopbackOptions> = () => ({}),
): Promise<Server[]> {
  const servers: Server[] = [];
  for (const name of functionNames) {
    const server = keepBodiesRaw(getTestServer(name));
    urls.set(name, await listenOnLoopback(server, await optionsOf(name)));
    servers.push(server);
  }
  return servers;
}
