import type pg from "pg"

/** What this database says of itself. */
export type Installation = {
  restoreId: string
  /** The restore id and PostgreSQL's timeline: another one after a restore and after a promotion. */
  epoch: string
  secret: string
}

/**
 * Which database we are connected to. It is read on every new connection before that one is used for anything, and
 * whoever watches is told before that, so that nothing read from the new server is taken for a continuation of the
 * old one. Connections to what was there before are then good for nothing (`isCurrent`).
 */
export type Installations = {
  readonly current: Installation
  /** Throws where the server only reads, or is one that another has replaced. */
  read(client: pg.ClientBase): Promise<void>
  isCurrent(client: pg.ClientBase): boolean
  onNewEpoch(listener: () => void): void
}

export async function openInstallations(first: pg.ClientBase): Promise<Installations> {
  let current = await readInstallation(first)
  const epochs = new WeakMap<pg.ClientBase, string>()
  const listeners = new Set<() => void>()
  return {
    get current() {
      return current
    },
    async read(client) {
      const found = await readInstallation(client)
      epochs.set(client, found.epoch)
      if (found.epoch === current.epoch) return
      // Of one history the timelines only go up: this is a primary from before a promotion, still running.
      if (found.restoreId === current.restoreId && found.epoch < current.epoch)
        throw new Error(
          "The database answering now was replaced by another one, which this process has seen.",
        )
      current = found
      for (const listener of listeners) listener()
    },
    isCurrent: (client) => epochs.get(client) === current.epoch,
    onNewEpoch: (listener) => void listeners.add(listener),
  }
}

/** A standby answers queries and refuses every write. */
export async function refuseStandby(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ isStandby: boolean }>('select pg_is_in_recovery() as "isStandby"')
  if (rows[0]?.isStandby) throw onlyReads()
}

async function readInstallation(client: pg.ClientBase): Promise<Installation> {
  // In recovery there is no place to write at, and asking for it is an error.
  const { rows } = await client.query<Installation & { isStandby: boolean }>(
    `select restore_id as "restoreId", secret, pg_is_in_recovery() as "isStandby",
            restore_id || '.' || case when not pg_is_in_recovery()
              then substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) end as epoch
       from installation`,
  )
  const [row] = rows
  if (row === undefined) throw new Error("The installation row is missing from the database.")
  if (row.isStandby) throw onlyReads()
  return row
}

function onlyReads(): Error {
  return new Error("The database is a standby, which only reads. DATABASE_URL must lead to the primary.")
}
