/** Scripts of the bench in processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const pathOf = (script: string): string => fileURLToPath(new URL(script, import.meta.url));

/** Runs a script to its end. @returns the last line it wrote, as JSON */
export async function runScript(script: string, options: unknown): Promise<unknown> {
  const child = spawn(process.execPath, [pathOf(script), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(text));
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}`);
  return JSON.parse(lines.join('').trim().split('\n').at(-1) ?? 'null');
}

/** Starts a server that says its address first. */
export async function startServer(
  script: string,
): Promise<{ url: string; close(): Promise<unknown> }> {
  const child = spawn(process.execPath, [pathOf(script)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = await once(child.stdout, 'data');
  const { url } = JSON.parse(String(line)) as { url: string };
  return {
    url,
    close: () => {
      child.stdin.end();
      return exited;
    },
  };
}
