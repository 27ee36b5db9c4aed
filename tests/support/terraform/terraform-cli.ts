/** Runs Terraform against the provider stand-in, each time in a working folder of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';

export interface Finished {
  status: number;
  /** What it printed, both streams, without colours. */
  output: string;
}

export interface Terraform {
  /** The folder that holds state and what `init` made. */
  folder: string;
  run(...words: string[]): Promise<Finished>;
  /** Other values of variables from now on. */
  set(variables: Readonly<Record<string, unknown>>): void;
  /** As `run`, and an error with the output where it fails. */
  must(...words: string[]): Promise<string>;
  close(): void;
}

export interface TerraformOptions {
  /** The folder of the configuration. */
  configuration: string;
  /** Ports of provider stand-ins by the provider's name. */
  providers: Readonly<Record<string, number>>;
  /** Values of variables, as `TF_VAR_...`; what is no text is sent as JSON. */
  variables?: Readonly<Record<string, unknown>>;
}

const reattach = (providers: TerraformOptions['providers']): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(providers).map(([name, port]) => [
        `registry.terraform.io/hashicorp/${name}`,
        {
          Protocol: 'grpc',
          ProtocolVersion: 6,
          Pid: process.pid,
          Test: true,
          Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
        },
      ]),
    ),
  );

function environmentOf(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      `TF_VAR_${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** @throws Error in one sentence where the machine has no Terraform. */
export function openTerraform(options: TerraformOptions): Terraform {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-terraform-'));
  const cliConfiguration = join(folder, 'cli.tfrc');
  writeFileSync(cliConfiguration, '');
  const environment = {
    PATH: env.PATH,
    HOME: folder,
    CHECKPOINT_DISABLE: '1',
    // A run is short and its heap small: collecting it less often saves a third of the time.
    GOGC: '800',
    TF_CLI_CONFIG_FILE: cliConfiguration,
    TF_DATA_DIR: join(folder, 'data'),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    TF_REATTACH_PROVIDERS: reattach(options.providers),
    ...environmentOf(options.variables ?? {}),
  };
  const run = (...words: string[]): Promise<Finished> =>
    new Promise((resolve, reject) => {
      execFile(
        'terraform',
        [`-chdir=${options.configuration}`, ...words],
        { env: environment, encoding: 'utf8', maxBuffer: 1 << 28 },
        (error, stdout, stderr) => {
          if (error && 'code' in error && error.code === 'ENOENT') {
            reject(new Error('These tests need terraform (1.11 or newer) on the PATH.'));
            return;
          }
          const status = error ? Number(error.code ?? 1) : 0;
          resolve({ status, output: stdout + stderr });
        },
      );
    });
  return {
    folder,
    run,
    set: (variables) => void Object.assign(environment, environmentOf(variables)),
    async must(...words) {
      const { status, output } = await run(...words);
      if (status !== 0) throw new Error(`terraform ${words[0]} ended with ${status}:\n${output}`);
      return output;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
