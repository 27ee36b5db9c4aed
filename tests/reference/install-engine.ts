/** Gets the reference engine for `npm run test:sql`, or says in one sentence why it cannot. */
import { messageOf } from '../../functions/errors.ts';
import { installEngine } from '../support/reference/engine-package.ts';

await installEngine().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
