import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { documentId, idOfDocument, subcollection } from '../../functions/records/document-id.ts';
import { awkwardIds } from '../support/contracts/snapshots-things.ts';

/** https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
function firestoreTakes(name: string): boolean {
  return (
    name.length > 0 &&
    Buffer.byteLength(name) <= 1_500 &&
    !name.includes('/') &&
    name !== '.' &&
    name !== '..' &&
    !/^__.*__$/.test(name)
  );
}

const anyId = fc.string({ unit: 'binary', minLength: 1, maxLength: 1_500 });

describe('the document name of an id', () => {
  test.each([
    ['acme', 'acme'],
    ['acme-01_x', 'acme-01_x'],
    ['株式会社', '株式会社'],
    ['a/b', 'a%2Fb'],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['a.b', 'a%2Eb'],
    ['__x__', '%5F%5Fx__'],
    ['_x_', '_x_'],
    ['100%', '100%25'],
    ['%2F', '%252F'],
    ['~x', '%7Ex'],
    ['a\nb', 'a%0Ab'],
  ])('%j is %j', (id, name) => {
    expect(documentId(id)).toBe(name);
    expect(idOfDocument(name)).toBe(id);
  });

  test('is a hash where it would be too long', () => {
    expect(documentId('x'.repeat(1_000))).toBe('x'.repeat(1_000));
    expect(documentId('x'.repeat(1_001))).toMatch(/^~[0-9a-f]{64}$/);
    expect(documentId('/'.repeat(334))).toMatch(/^~/);
    expect(idOfDocument(documentId('x'.repeat(1_001)))).toBeUndefined();
  });

  test('is one that Firestore takes, whatever the id', () => {
    for (const id of awkwardIds) expect(documentId(id)).toSatisfy(firestoreTakes);
    fc.assert(fc.property(anyId, (id) => firestoreTakes(documentId(id))));
  });

  test('leads back to the id, or is its hash', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const name = documentId(id);
        return name.startsWith('~') || idOfDocument(name) === id;
      }),
    );
  });

  test('differs for different ids', () => {
    fc.assert(fc.property(anyId, anyId, (a, b) => a === b || documentId(a) !== documentId(b)));
    expect(new Set(awkwardIds.map(documentId)).size).toBe(awkwardIds.length);
  });

  test('is part of a subcollection’s path', () => {
    const schema = z.string();
    expect(subcollection({ path: 'accounts' }, 'a/b', 'snapshots', schema)).toEqual({
      path: 'accounts/a%2Fb/snapshots',
      schema,
    });
  });
});
