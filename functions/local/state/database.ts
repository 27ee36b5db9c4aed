/** What every SQLite-backed part of the twin shares. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { code, Retryable } from '../../errors.ts';

/** Result codes after which the same call may succeed: busy, locked, no memory, I/O, full. */
const passing = new Set([5, 6, 7, 10, 13]);

/**
 * Opens (and makes, with its folder) a database that survives a killed process: the journal
 * is written ahead, and a commit that returned is in the operating system's hands.
 * @param path a file, or `:memory:`
 * @param schema statements that may be run on every start (`CREATE ... IF NOT EXISTS`)
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  database.exec(schema);
  return database;
}

/** Runs `work` as one transaction: all of its writes happen or none. */
export function atomically<R>(database: DatabaseSync, work: () => R): R {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Runs `work`, and names failures of the database that may pass as Retryable. */
export function translatingErrors<R>(adapter: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    const passes = error instanceof Error && 'errcode' in error;
    // Extended result codes keep the primary one in their low byte.
    if (passes && typeof error.errcode === 'number' && passing.has(error.errcode & 0xff)) {
      throw new Retryable(code.unavailable, `${adapter}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
