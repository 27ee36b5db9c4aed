/** What a transaction may do, in every adapter. */
import { code, Rejected } from '../errors.ts';

const mostWrites = 500;
/**
 * A request to Firestore holds 10 MiB, an eighth of which is left for what its encoding adds to
 * the documents (https://firebase.google.com/docs/firestore/quotas#writes_and_transactions).
 */
const mostBytes = 10_485_760 - 1_310_720;

/** Refuses what Firestore would refuse, or would only notice when it commits. */
export class TransactionRules {
  #writes = 0;
  #bytes = 0;
  #ended = false;

  /** @throws Rejected `bad-request` after a write, and after the end */
  read(): void {
    this.#refuseAfterEnd();
    if (this.#writes > 0) {
      throw new Rejected(code.badRequest, 'A transaction reads after it wrote; read first.');
    }
  }

  /**
   * @param bytes of the document; 0 for a delete
   * @throws Rejected `bad-request` after the end, and for more than a transaction takes
   */
  write(bytes: number): void {
    this.#refuseAfterEnd();
    this.#writes += 1;
    this.#bytes += bytes;
    if (this.#writes > mostWrites) {
      throw new Rejected(code.badRequest, `A transaction takes at most ${mostWrites} writes.`);
    }
    if (this.#bytes > mostBytes) {
      throw new Rejected(
        code.badRequest,
        `A transaction takes at most ${mostBytes} bytes; make several of it.`,
      );
    }
  }

  /** The work has returned: nothing is read or written any more. */
  end(): void {
    this.#ended = true;
  }

  #refuseAfterEnd(): void {
    if (this.#ended) {
      throw new Rejected(code.badRequest, 'A transaction is used after it has ended.');
    }
  }
}
