import { describeKilled } from '../support/system/killed.ts';

describeKilled({ rest: 1, of: 2 });
