export type Value = string | number | Buffer | null;
export type Row = Readonly<Record<string, unknown>>;

/** Statements of one transaction, or of none. Parameters are `$1`, `$2`, … in every database. */
export interface Statements {
  rows<T extends Row>(sql: string, ...values: readonly Value[]): Promise<T[]>;
  /** How many rows it changed. */
  change(sql: string, ...values: readonly Value[]): Promise<number>;
}

/** The database of this service. */
export interface Database extends Statements {
  readonly engine: 'sqlite' | 'postgres';
  /**
   * Does the work in one transaction: all of it holds once this resolves, and nothing of it when it rejects. No two
   * that ask for the same alone-word run at a time, in whatever process.
   */
  transaction<T>(alone: readonly string[], work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
