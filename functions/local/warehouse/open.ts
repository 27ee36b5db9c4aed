/** Opening DuckDB's file, and what it says where that fails. */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { code, Rejected, Retryable } from '../../errors.ts';
import { quoted } from '../googlesql/duckdb-text.ts';
import { googleSqlMacros } from '../googlesql/macros.ts';
import { registerArrivals } from './append.ts';
import { duckDbError } from './errors.ts';

/** DuckDB lets one process open a file twice, and would then corrupt it. */
const openHere = new Set<string>();

const inUse = (path: string, cause?: unknown): Retryable =>
  new Retryable(
    code.unavailable,
    `duckdb: ${path} is open in another process; stop that one first, or use another state folder.`,
    { cause },
  );

function openError(path: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (/lock/i.test(message)) return inUse(path, error);
  if (/not a valid DuckDB database|older version|newer version|serializ/i.test(message)) {
    return new Rejected(
      code.invalidData,
      `duckdb: ${path} is not a database of this version of DuckDB; move it away to start afresh.`,
      { cause: error },
    );
  }
  return duckDbError(error);
}

export interface OpenOptions {
  path: string;
  sourceSchema: string;
  threads?: number;
  memoryLimit?: string;
}

/** An instance with our schemas and macros; `release` says that it is closed. */
export async function openInstance(
  options: OpenOptions,
): Promise<{ instance: DuckDBInstance; release: () => void }> {
  const inMemory = options.path === ':memory:';
  const path = inMemory ? options.path : resolve(options.path);
  if (!inMemory && openHere.has(path)) throw inUse(path);
  const config: Record<string, string> = {
    // Nothing is fetched from the network, whatever a statement asks for.
    autoinstall_known_extensions: 'false',
    // Every checkpoint rewrites half-filled row groups, so shards that are loaded one by one
    // would each pay for all before them at the default of 16 MB.
    checkpoint_threshold: '1GB',
    // Without a file of its own it would spill into the current folder.
    ...(inMemory && { temp_directory: join(tmpdir(), 'kenko-duckdb') }),
    ...(options.threads !== undefined && { threads: String(options.threads) }),
    ...(options.memoryLimit !== undefined && { memory_limit: options.memoryLimit }),
  };
  if (!inMemory) openHere.add(path);
  const release = (): void => {
    openHere.delete(path);
  };
  let instance: DuckDBInstance | undefined;
  try {
    instance = await DuckDBInstance.create(path, config);
    const connection = await instance.connect();
    registerArrivals(connection);
    // Calendar parts of instants are taken in UTC, as GoogleSQL does.
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    await connection.run('BEGIN TRANSACTION');
    await connection.run('CREATE SCHEMA IF NOT EXISTS kenko');
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(options.sourceSchema)}`);
    await connection.run(
      'CREATE TABLE IF NOT EXISTS kenko.jobs (id VARCHAR PRIMARY KEY, rows BIGINT NOT NULL)',
    );
    await connection.run(
      'CREATE TABLE IF NOT EXISTS kenko.layouts ("table" VARCHAR PRIMARY KEY, layout VARCHAR NOT NULL)',
    );
    for (const macro of googleSqlMacros) await connection.run(macro);
    await connection.run('COMMIT');
    connection.closeSync();
    return { instance, release };
  } catch (error) {
    instance?.closeSync();
    release();
    throw openError(path, error);
  }
}
