import os from "node:os"

export type Machine = {
  cores: number
  processor: string
  memory: string
  system: string
  node: string
  postgres: string
  /** Of the minute before the first part ran: what else the machine was doing. */
  loadBefore: number
  date: string
}

export function describeMachine(postgres: string): Machine {
  const [first] = os.cpus()
  return {
    cores: os.availableParallelism(),
    processor: first?.model.trim() ?? "",
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    system: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    postgres,
    loadBefore: Number(os.loadavg()[0]?.toFixed(2)),
    date: new Date().toISOString(),
  }
}
