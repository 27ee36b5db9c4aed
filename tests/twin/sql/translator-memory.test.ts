import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../../functions/wiring/deployed-files.ts';

/** Queries enough for V8 to compile the translator a second time, if it is let. */
const script = `
import { setTimeout } from 'node:timers/promises';
import { translateGoogleSql } from './functions/local/googlesql/translate.ts';
for (let i = 0; i < 100; i += 1) {
  translateGoogleSql(
    \`SELECT a.id, COUNT(CASE WHEN b.n > \${i} THEN 1 END) AS n FROM kenko.a AS a
      LEFT JOIN kenko.b AS b ON b.id = a.id GROUP BY a.id\`,
  );
}
await setTimeout(500);
console.log(process.resourceUsage().maxRSS / 1024);
`;

test('translating takes the memory of the translator once', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { cwd: repositoryRoot() },
  );
  // Compiled twice, it is 900 MB.
  expect(Number(stdout)).toBeLessThan(450);
});
