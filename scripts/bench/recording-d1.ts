/** A D1 wrapper that records all calls since the last reset, so that a bare Worker can repeat them. */

export interface Question {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export interface Call {
  readonly method: 'all' | 'raw' | 'batch';
  /** One question, or several for a batch. */
  readonly questions: readonly Question[];
}

/** Calls that ran concurrently. */
export type Stage = Call[];

let stages: Stage[] = [];
let underWay = 0;

export function resetRecord(): void {
  stages = [];
}

export function readRecord(): readonly Stage[] {
  return stages;
}

async function remember<T>(call: Call, ask: () => Promise<T>): Promise<T> {
  if (underWay === 0) stages.push([]);
  stages.at(-1)?.push(call);
  underWay += 1;
  try {
    return await ask();
  } finally {
    underWay -= 1;
  }
}

/** Maps a wrapper to its inner statement and its question, for the batch. */
const known = new WeakMap<object, { statement: D1PreparedStatement; question: Question }>();

export function makeRecordingD1(database: D1Database): D1Database {
  const wrap = (statement: D1PreparedStatement, question: Question): D1PreparedStatement => {
    const record = <T>(method: Call['method'], ask: () => Promise<T>) =>
      remember({ method, questions: [question] }, ask);
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), { sql: question.sql, values }),
      all: () => record('all', () => statement.all()),
      run: () => record('all', () => statement.run()),
      first: (...column: [string]) => record('all', () => statement.first(...column)),
      raw: () => record('raw', () => statement.raw()),
    };
    known.set(wrapped, { statement, question });
    return wrapped as D1PreparedStatement; // only the overloads that are used
  };
  const wrapped = {
    prepare: (sql: string) => wrap(database.prepare(sql), { sql, values: [] }),
    batch(statements: readonly D1PreparedStatement[]) {
      const all = statements.flatMap((statement) => known.get(statement) ?? []);
      const call = { method: 'batch', questions: all.map(({ question }) => question) } as const;
      return remember(call, () => database.batch(all.map(({ statement }) => statement)));
    },
  };
  return wrapped as unknown as D1Database; // `exec`, `dump` and sessions are not used by the Worker
}
