import { describeKilled } from './support/killed.ts';

describeKilled(1);
