/** Messages on SQLite, pushed over HTTP as Pub/Sub pushes them. */
import type { DatabaseSync } from 'node:sqlite';
import { code, Rejected, Retryable } from '../../errors.ts';
import { type Bus, type DeadLetter, mostDeadLetters, type Outgoing } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Queue, queueNames, refuseMalformed } from '../../records/messages.ts';
import { traceAttributes } from '../../trace.ts';
import { atomically, openDatabase, translatingErrors } from './database.ts';
import { Deliveries, type Delivery, type Mailbox, type QueueOptions } from './deliveries.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL DEFAULT '{}',
    published_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failed_at TEXT,
    error TEXT,
    dead INTEGER NOT NULL DEFAULT 0
  );
`;

export interface SqliteBusOptions extends QueueOptions {
  /** A file, or `:memory:`. */
  path: string;
  clock: Clock;
  /** Where a queue's consumer listens; asked at every delivery. */
  endpoints: (queue: Queue) => string;
  /** What differs for one queue. */
  queues?: Partial<Record<Queue, QueueOptions>>;
}

/** Numbers of messages by what they are about to do. */
export interface BusStats {
  /** Ready to be delivered. */
  queued: number;
  inFlight: number;
  /** Between two deliveries. */
  backingOff: number;
  dead: number;
}

export interface SqliteBus extends Bus {
  /** Begins to deliver; what was in flight or waiting when the last process ended comes first. */
  start(): void;
  /** Delivers nothing more; resolves when deliveries under way have been answered. */
  stop(): Promise<void>;
  /**
   * Resolves when no message is left but dead letters.
   * @throws Retryable where the bus stops before that, or what broke the bus
   */
  idle(): Promise<void>;
  stats(): Record<Queue, BusStats>;
  /** Stops and closes the file. */
  close(): Promise<void>;
}

interface Idler {
  resolve: () => void;
  reject: (error: unknown) => void;
}

interface MessageRow {
  number: number;
  queue: Queue;
  body: string;
  attributes: string;
  published_at: string;
  attempts: number;
  failed_at: string | null;
  error: string | null;
}

const inserted = ['queue', 'body', 'attributes', 'published_at'] as const;

export function openSqliteBus(options: SqliteBusOptions): SqliteBus {
  const database = translatingErrors('sqlite bus', () => openDatabase(options.path, schema));
  addAttributes(database);
  return new PushBus(database, options);
}

/** State folders that were made before messages had attributes are taken over. */
function addAttributes(database: DatabaseSync): void {
  const columns = database.prepare('PRAGMA table_info(messages)').all();
  if (columns.some(({ name }) => name === 'attributes')) return;
  database.exec(`ALTER TABLE messages ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}'`);
}

class PushBus implements SqliteBus {
  readonly #database: DatabaseSync;
  readonly #options: SqliteBusOptions;
  readonly #deliveries: Record<Queue, Deliveries>;
  #idlers: Idler[] = [];
  #failure: unknown;
  /** Present while started; aborts the waits between deliveries. */
  #running: AbortController | undefined;

  constructor(database: DatabaseSync, options: SqliteBusOptions) {
    this.#database = database;
    this.#options = options;
    const mailbox = this.#mailbox();
    this.#deliveries = perQueue((queue) => {
      const endpoint = () => options.endpoints(queue);
      const ended = () => this.#resolveIdle();
      const broken = (error: unknown) => this.#fail(error);
      const policy = { ...options, ...options.queues?.[queue] };
      return new Deliveries({ ...policy, mailbox, endpoint, ended, broken });
    });
    const waiting = database
      .prepare('SELECT number, queue FROM messages WHERE dead = 0 ORDER BY number')
      .all() as unknown as Pick<MessageRow, 'number' | 'queue'>[];
    for (const row of waiting) this.#deliveries[row.queue]?.add(row.number);
  }

  async publish(queue: Queue, messages: readonly Outgoing[]): Promise<void> {
    if (messages.length === 0) return;
    refuseMalformed(
      queue,
      messages.map(({ body }) => body),
    );
    const published_at = this.#options.clock.now().toISOString();
    const attributes = JSON.stringify(traceAttributes());
    const added = translatingErrors('sqlite bus', () =>
      atomically(this.#database, () =>
        messages.map(({ body }) =>
          this.#insert({ queue, body: JSON.stringify(body), attributes, published_at }),
        ),
      ),
    );
    for (const number of added) this.#deliveries[queue].add(number);
  }

  /** A queue is there with the first message for it. */
  async missing(): Promise<string[]> {
    return [];
  }

  async deadLetters(queue?: Queue): Promise<DeadLetter[]> {
    const rows = translatingErrors('sqlite bus', () =>
      this.#database
        .prepare(
          `SELECT * FROM messages WHERE dead = 1 AND (? IS NULL OR queue = ?)
           ORDER BY failed_at, number LIMIT ${mostDeadLetters}`,
        )
        .all(queue ?? null, queue ?? null),
    ) as unknown as MessageRow[];
    return rows.map((row) => ({
      id: String(row.number),
      queue: row.queue,
      body: JSON.parse(row.body),
      attempts: row.attempts,
      error: row.error ?? '',
      failedAt: row.failed_at ?? row.published_at,
    }));
  }

  async replay(ids: readonly string[]): Promise<void> {
    const published_at = this.#options.clock.now().toISOString();
    const find = this.#database.prepare('SELECT * FROM messages WHERE number = ? AND dead = 1');
    const remove = this.#database.prepare('DELETE FROM messages WHERE number = ?');
    const added = translatingErrors('sqlite bus', () =>
      atomically(this.#database, () =>
        [...new Set(ids)].map((id) => {
          const row = (/^\d{1,15}$/.test(id) ? find.get(Number(id)) : undefined) as unknown as
            | MessageRow
            | undefined;
          if (row === undefined) {
            throw new Rejected(
              code.notFound,
              `There is no dead letter ${id}; nothing is replayed.`,
            );
          }
          remove.run(row.number);
          const number = this.#insert({ ...row, published_at });
          return { queue: row.queue, number };
        }),
      ),
    );
    for (const { queue, number } of added) this.#deliveries[queue].add(number);
  }

  start(): void {
    if (this.#running) return;
    this.#failure = undefined;
    this.#running = new AbortController();
    for (const each of this.#all) each.start(this.#running.signal);
  }

  async stop(): Promise<void> {
    this.#running?.abort(new Error('the bus is stopping'));
    this.#running = undefined;
    await Promise.all(this.#all.map((each) => each.settled()));
    for (const { reject } of this.#takeIdlers()) {
      reject(new Retryable(code.unavailable, 'sqlite bus: it stopped with messages left.'));
    }
  }

  idle(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#left === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#idlers.push({ resolve, reject });
    });
  }

  stats(): Record<Queue, BusStats> {
    const dead = this.#database
      .prepare('SELECT queue, COUNT(*) AS n FROM messages WHERE dead = 1 GROUP BY queue')
      .all();
    return perQueue((queue) => ({
      ...this.#deliveries[queue].stats,
      dead: Number(dead.find((row) => row.queue === queue)?.n ?? 0),
    }));
  }

  async close(): Promise<void> {
    await this.stop();
    this.#database.close();
  }

  #insert(row: Pick<MessageRow, (typeof inserted)[number]>): number {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO messages (${inserted.join(', ')}) VALUES (${inserted.map(() => '?').join(', ')})`,
      )
      .run(...inserted.map((column) => row[column]));
    return Number(lastInsertRowid);
  }

  get #all(): Deliveries[] {
    return Object.values(this.#deliveries);
  }

  get #left(): number {
    return this.#all.reduce((left, each) => left + each.left, 0);
  }

  #resolveIdle(): void {
    if (this.#left === 0) for (const { resolve } of this.#takeIdlers()) resolve();
  }

  /** The bus itself is broken, e.g. its disk is full: nothing is delivered until a new start. */
  #fail(error: unknown): void {
    this.#failure = error;
    this.#running?.abort(error);
    this.#running = undefined;
    for (const { reject } of this.#takeIdlers()) reject(error);
  }

  #takeIdlers(): Idler[] {
    const idlers = this.#idlers;
    this.#idlers = [];
    return idlers;
  }

  #mailbox(): Mailbox {
    const database = this.#database;
    const take = database.prepare(
      'UPDATE messages SET attempts = attempts + 1 WHERE number = ? RETURNING *',
    );
    const remove = database.prepare('DELETE FROM messages WHERE number = ?');
    const fail = database.prepare(
      'UPDATE messages SET failed_at = ?, error = ?, dead = ? WHERE number = ?',
    );
    return {
      // Counted before it is sent: a message that kills its consumer must not do so for ever.
      take: (number) => envelopeOf(take.get(number) as unknown as MessageRow),
      delivered: (number) => void remove.run(number),
      failed: (number, failure, dead) =>
        void fail.run(this.#options.clock.now().toISOString(), failure, dead ? 1 : 0, number),
    };
  }
}

function envelopeOf(row: MessageRow): Delivery {
  return {
    subscription: `projects/local/subscriptions/${row.queue}`,
    deliveryAttempt: row.attempts,
    message: {
      data: Buffer.from(row.body).toString('base64'),
      messageId: String(row.number),
      publishTime: row.published_at,
      attributes: JSON.parse(row.attributes),
    },
  };
}

function perQueue<V>(make: (queue: Queue) => V): Record<Queue, V> {
  return Object.fromEntries(queueNames.map((queue) => [queue, make(queue)])) as Record<Queue, V>;
}
