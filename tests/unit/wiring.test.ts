import { afterEach, describe, expect, it, vi } from 'vitest';
import { functionNames, type PortName, portsOf } from '../../functions/deployed-functions.ts';
import type { Runtime } from '../../functions/runtime.ts';
import { runtimeOf, useRuntime } from '../../functions/wiring/deployed.ts';
import { engineHash } from '../../functions/wiring/deployed-files.ts';
import { environmentFor } from '../support/bundle/first-requests.ts';

const ports: readonly PortName[] = ['snapshots', 'bus', 'warehouse', 'crm', 'identity'];
const services = { firestore: '127.0.0.1:9', salesforce: 'http://127.0.0.1:9' };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  useRuntime(undefined);
});

describe.each(functionNames)('the runtime of %s', (name) => {
  const reachable: readonly PortName[] = portsOf[name];

  it('is Google’s services as its environment names them', async () => {
    for (const [variable, value] of Object.entries(environmentFor(name, services))) {
      vi.stubEnv(variable, value);
    }
    const runtime = await runtimeOf(name);
    expect(await runtimeOf(name)).toBe(runtime);
    expect(runtime.pack.id).toBe('saas');
    expect(runtime.engineHash).toBe(engineHash());
    expect(runtime.tables.has('score_history')).toBe(true);
    for (const port of ports) {
      // What is not configured cannot be used; the rest is there, and not connected yet.
      const use = () => runtime[port].constructor;
      if (reachable.includes(port)) expect(use).not.toThrow();
      else expect(use).toThrow(`${name} is not configured for ${port}`);
    }
  });

  it('is the one chosen for the process, as far as the function may reach', async () => {
    const chosen = Object.fromEntries(ports.map((port) => [port, { port }]));
    useRuntime({ ...chosen, engineHash: 'chosen' } as unknown as Runtime);
    const runtime = await runtimeOf(name);
    expect(runtime.engineHash).toBe('chosen');
    for (const port of ports) {
      const use = () => Reflect.get(runtime[port], 'port');
      if (reachable.includes(port)) expect(use()).toBe(port);
      else expect(use).toThrow(`${name} is not configured for ${port}`);
    }
  });
});

it('a runtime that cannot be opened is refused, and said once in a process', async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  for (let request = 0; request < 3; request++) {
    await expect(runtimeOf('api')).rejects.toThrow('KENKO_PACK is missing');
  }
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['not-configured']);
});
