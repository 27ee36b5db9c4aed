/**
 * List prices that the cost table uses, in US dollars, without free tiers and taxes. They change
 * by region and over time: look at the named pages before relying on a sum.
 */

export interface Price {
  what: string;
  usd: number;
  /** So many of them cost `usd`. */
  per: number;
  page: string;
  /** When and how it was read, or `[unverified]` with what is known. */
  read: string;
}

const tebibyte = 2 ** 40;

/** Google's page fills in its prices by script, so that no stored copy of a later date has them. */
const readOfFirestore =
  '[unverified] since 2018-05-23, multi-region, from a dated transcript of the page, looked up 2026-11-25';

export const prices = {
  reads: {
    what: 'Firestore document reads',
    usd: 0.06,
    per: 100_000,
    page: 'https://cloud.google.com/firestore/pricing',
    read: readOfFirestore,
  },
  writes: {
    what: 'Firestore document writes',
    usd: 0.18,
    per: 100_000,
    page: 'https://cloud.google.com/firestore/pricing',
    read: readOfFirestore,
  },
  deletes: {
    what: 'Firestore document deletes',
    usd: 0.02,
    per: 100_000,
    page: 'https://cloud.google.com/firestore/pricing',
    read: readOfFirestore,
  },
  messageBytes: {
    what: 'Pub/Sub bytes, published and delivered',
    usd: 40,
    per: tebibyte,
    page: 'https://cloud.google.com/pubsub/pricing',
    read: 'as of 2026-09-20, from a transcript of the page, looked up 2026-11-25',
  },
  bytesBilled: {
    what: 'BigQuery bytes billed, on demand',
    usd: 6.25,
    per: tebibyte,
    page: 'https://cloud.google.com/bigquery/pricing',
    read: '[unverified] since 2023-07-05, when it rose from $5, as others wrote of it that day, looked up 2026-11-25',
  },
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof prices;
