/** Faults that tests put into the stand-in. Nothing of it happens by itself. */

export type Operation =
  | 'datasets.get'
  | 'jobs.cancel'
  | 'jobs.get'
  | 'jobs.getQueryResults'
  | 'jobs.insert'
  | 'jobs.query'
  | 'tabledata.insertAll'
  | 'tabledata.list'
  | 'tables.delete'
  | 'tables.get'
  | 'tables.insert'
  | 'tables.patch';

/** What becomes of a request. */
export type Answer =
  /** Refused before anything is done. */
  | { reason: string; message?: string; status?: number }
  /** The connection ends before anything is done. */
  | 'drop'
  /** It is done, and the connection ends before the answer. */
  | 'drop-after'
  /** It is done, and the connection ends within the answer. */
  | 'cut'
  /** It is done, and the answer is a page of a proxy's. */
  | 'garbage'
  /** There is no answer, ever. */
  | 'hang'
  /** The answer is changed on its way, as its text. */
  | { rewrite: (body: string) => string };

/** What becomes of a job. */
export interface JobFault {
  type: 'query' | 'load' | 'copy';
  /** Asked for its state so many times, it still runs. */
  runningFor?: number;
  /** It fails without effect. */
  reason?: string;
  message?: string;
}

interface Planned<T> {
  left: number;
  fault: T;
}

export class BigQueryFaults {
  private readonly requests: (Planned<Answer> & { operation: Operation })[] = [];
  private readonly jobs: Planned<JobFault>[] = [];

  /** The next `times` requests of this kind get this answer. */
  answer(operation: Operation, answer: Answer, times = 1): void {
    this.requests.push({ operation, fault: answer, left: times });
  }

  /** This becomes of the next `times` jobs of the type. */
  job(fault: JobFault, times = 1): void {
    this.jobs.push({ fault, left: times });
  }

  /** Forgets what has not happened yet. */
  clear(): void {
    this.requests.length = 0;
    this.jobs.length = 0;
  }

  takeAnswer(operation: Operation): Answer | undefined {
    return taken(
      this.requests.find((planned) => planned.operation === operation && planned.left > 0),
    );
  }

  takeJob(type: JobFault['type']): JobFault | undefined {
    return taken(this.jobs.find((planned) => planned.fault.type === type && planned.left > 0));
  }
}

function taken<T>(planned: Planned<T> | undefined): T | undefined {
  if (planned === undefined) return undefined;
  planned.left--;
  return planned.fault;
}
