/** A system that is closed while somebody still asks it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type LocalSystem, openLocalSystem } from '../../../functions/cli/session/local-system.ts';

let folder: string;
let system: LocalSystem;
let said: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kenko-stopping-'));
  said = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => said.push(String(text)) > 0);
  }
  system = await openLocalSystem({ folder, pack: 'retail' });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const at = '2026-03-01T00:00:00Z';
const body = JSON.stringify({ kind: 'user_departed', id: 'e1', account: 'a1', at, user: 'u1' });

/** A request of which all but the last character of its body has arrived. */
async function begun(): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { host, port } = new URL(system.url('api'));
  const socket = connect(Number(port), '127.0.0.1');
  const head = `POST /v1/events HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json`;
  await new Promise<void>((resolve) => {
    socket.write(
      `${head}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.slice(0, -1)}`,
      () => resolve(),
    );
  });
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  // An answer to another one says that the server has seen this one.
  await fetch(`${system.url('api')}/v1/health`);
  return { socket, answer };
}

it('case 18: a request that ends while Kenko stops is answered 503, and no setting is missed', async () => {
  const { socket, answer } = await begun();
  const closed = system.close();
  setImmediate(() => socket.write('}'));
  expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(await answer).toContain('Kenko stops; ask again when it has started.');
  await closed;
  expect(said).toEqual([]);
});

it('case 18: a request that never ends keeps nothing from stopping, and no setting is missed', async () => {
  const { answer } = await begun();
  await system.close();
  expect(await answer).toBe('');
  // What the cut connection leads to comes after it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(said).toEqual([]);
});
