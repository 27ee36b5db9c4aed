/** Makes the state of a run, so that its memory is not counted with what then works on it. */
import { makeState, openState } from './run-state.ts';

const { folder, accounts } = JSON.parse(process.argv[2] ?? '{}') as {
  folder: string;
  accounts: number;
};
const local = await openState(folder);
await makeState(local, accounts, true);
await local.close();
process.stdout.write('null\n');
