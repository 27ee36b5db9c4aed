import { code, hasCode } from '../../errors.ts';
import type { Snapshots } from '../../ports/snapshots.ts';
import type { Ref } from '../../records/collection.ts';

/** @returns what is kept under the id: this document, or the one that was there before it */
export async function keepOnce<T>(snapshots: Snapshots, ref: Ref<T>, document: T): Promise<T> {
  try {
    await snapshots.create(ref, document);
    return document;
  } catch (error) {
    if (!hasCode(error, code.alreadyExists)) throw error;
    return (await snapshots.get(ref))?.data ?? document;
  }
}
