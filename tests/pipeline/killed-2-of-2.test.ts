import { describeKilled } from './support/killed.ts';

describeKilled({ rest: 1, of: 2 });
