import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { code, Retryable } from '../../../functions/errors.ts';
import type { FieldData } from '../../../functions/local/salesforce/record-table.ts';
import type { SalesforceServerOptions } from '../../../functions/local/salesforce/server.ts';

/** Records of one seeding request. */
const seedsPerRequest = 5_000;

/** Starts the stand-in in a child process; it ends with this one at the latest. */
export async function spawnSalesforceServer(
  options: Pick<SalesforceServerOptions, 'path' | 'port' | 'fields' | 'dailyLimit'>,
): Promise<{ url: string; close(): Promise<void> }> {
  const entry = fileURLToPath(new URL('./process.ts', import.meta.url));
  const child = spawn(process.execPath, [entry, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const first = await Promise.race([once(child.stdout, 'data'), exited.then(() => undefined)]);
  if (first === undefined) {
    throw new Retryable(code.unavailable, 'The Salesforce stand-in did not start.');
  }
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(String(first[0])));
  return {
    url,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Creates accounts in a stand-in that runs elsewhere; those that are there stay as they are. */
export async function seedSalesforceAccounts(
  url: string,
  accounts: readonly FieldData[],
): Promise<number> {
  let created = 0;
  for (let at = 0; at < accounts.length; at += seedsPerRequest) {
    const response = await fetch(`${url}/stand-in/accounts`, {
      method: 'POST',
      body: JSON.stringify(accounts.slice(at, at + seedsPerRequest)),
    });
    const answer = await response.text();
    if (!response.ok) {
      throw new Retryable(code.unavailable, `The Salesforce stand-in refused seeds: ${answer}`);
    }
    created += z.object({ created: z.int() }).parse(JSON.parse(answer)).created;
  }
  return created;
}
