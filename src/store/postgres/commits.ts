/**
 * Whether a transaction was committed cannot be known when the connection breaks while it is. So each one leaves, in the
 * table `commits`, its number beside the name of its connection; whoever has the lab's lock afterwards can look. The
 * table is the connection's own affair: it is made with the schema, not by a migration, and never copied.
 */
export const commitsTable = "commits";

/** How long a connection's line is kept after its last transaction. */
const kept = "1 day";

export const makeCommits = `create table if not exists ${commitsTable} (connection text primary key, number bigint not null, at timestamptz not null)`;

export const forgetOldCommits = `delete from ${commitsTable} where at < now() - interval '${kept}'`;

/** @param connection of letters, digits and dashes */
export function noteCommit(connection: string, number: number): string {
  return `insert into ${commitsTable} values ('${connection}', ${number}, now()) on conflict (connection) do update set number = excluded.number, at = excluded.at`;
}

export function findCommit(connection: string, number: number): string {
  return `select 1 from ${commitsTable} where connection = '${connection}' and number = ${number}`;
}
