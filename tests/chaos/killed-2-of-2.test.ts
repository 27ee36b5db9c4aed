import { describeKilled } from '../pipeline/support/killed.ts';

describeKilled({ rest: 1, of: 2 });
