/** Writing to an embedded DuckDB: transactions, jobs that have one effect, and who may run beside whom. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal } from '../googlesql/duckdb-text.ts';
import { mapped } from './errors.ts';
import { WriteQueue } from './write-queue.ts';

/**
 * Appends under way at once: while DuckDB keeps what one brings, the next one's batches are
 * copied into its vectors.
 */
const appendsAtOnce = 3;

type Work<T> = (connection: DuckDBConnection) => Promise<T>;

export class DuckDbWrites {
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #queue = new WriteQueue(appendsAtOnce);
  readonly #appending = new Map<string, Promise<unknown>>();
  /** Connections of appends that have ended, for the next ones. */
  readonly #idle: DuckDBConnection[] = [];
  #helping = true;

  constructor(instance: DuckDBInstance, writer: DuckDBConnection) {
    this.#instance = instance;
    this.#writer = writer;
  }

  /** Runs `work` in a transaction of its own while nothing else writes: all of it happens or nothing. */
  transaction<T>(work: Work<T>): Promise<T> {
    return this.#alone((connection) => committed(connection, work));
  }

  /** Runs a job alone, unless it is done; its rows are recorded with its effect. */
  once(id: string, work: Work<number>): Promise<{ rows: number }> {
    return this.#alone((connection) => recorded(connection, id, work));
  }

  /** Runs a job that only adds rows, beside others of its kind, unless it is done. */
  async appendOnce(id: string, work: Work<number>): Promise<{ rows: number }> {
    // The same job twice at a time would find out only when both have done the work.
    while (this.#appending.has(id)) await this.#appending.get(id)?.catch(() => undefined);
    const result = this.#beside((connection) => recorded(connection, id, work));
    this.#appending.set(id, result);
    try {
      return await result;
    } finally {
      this.#appending.delete(id);
    }
  }

  /** Runs `work`, which only adds rows, in a transaction beside others of its kind. */
  append<T>(work: Work<T>): Promise<T> {
    return this.#beside((connection) => committed(connection, work));
  }

  /** Waits for all that was asked for and leaves the instance free to be closed. */
  async close(): Promise<void> {
    await this.#queue.ended();
    for (const connection of this.#idle.splice(0)) connection.closeSync();
  }

  #alone<T>(work: Work<T>): Promise<T> {
    return this.#queue.alone(() =>
      mapped(async () => {
        await this.#useHelpers(true);
        return work(this.#writer);
      }),
    );
  }

  #beside<T>(work: Work<T>): Promise<T> {
    return this.#queue.beside(() =>
      mapped(async () => {
        await this.#useHelpers(false);
        const connection = this.#idle.pop() ?? (await this.#instance.connect());
        try {
          return await work(connection);
        } finally {
          this.#idle.push(connection);
        }
      }),
    );
  }

  /**
   * Lets DuckDB's own threads help with statements, or not. A statement that stands alone is
   * through sooner with them. While appends bring one batch after the other, a helper that picks
   * one up leaves the thread that asked to spin until it is done.
   */
  async #useHelpers(wanted: boolean): Promise<void> {
    if (this.#helping === wanted) return;
    this.#helping = wanted;
    // What does not count as external is a thread of DuckDB's own.
    const external = wanted ? '1' : "current_setting('threads')";
    await this.#writer.run(`SET GLOBAL external_threads = ${external}`);
  }
}

/** Runs `work` on a connection of its own, which sees what is committed. */
export function withConnection<T>(instance: DuckDBInstance, work: Work<T>): Promise<T> {
  return mapped(async () => {
    const connection = await instance.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  });
}

async function committed<T>(connection: DuckDBConnection, work: Work<T>): Promise<T> {
  try {
    await connection.run('BEGIN TRANSACTION');
    const result = await work(connection);
    await connection.run('COMMIT');
    return result;
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}

/**
 * Runs a job in a transaction unless it is recorded as done. Statements go together where they
 * can: each way to a thread of DuckDB's and back takes as long as a small statement.
 */
async function recorded(
  connection: DuckDBConnection,
  id: string,
  work: Work<number>,
): Promise<{ rows: number }> {
  try {
    const done = await connection.runAndReadAll(
      `BEGIN TRANSACTION; SELECT rows FROM kenko.jobs WHERE id = ${literal(id)}`,
    );
    const [first] = done.getRows();
    if (first) {
      await connection.run('COMMIT');
      return { rows: Number(first[0]) };
    }
    const rows = await work(connection);
    await connection.run(`INSERT INTO kenko.jobs VALUES (${literal(id)}, ${rows}); COMMIT`);
    return { rows };
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}

/** A failed COMMIT, or BEGIN, has nothing left to roll back: the cause matters, not this. */
async function rollBack(connection: DuckDBConnection): Promise<void> {
  await connection.run('ROLLBACK').catch(() => undefined);
}
