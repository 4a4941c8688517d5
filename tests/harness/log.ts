import { createLog } from "../../server/log/log.ts"

export const quietLog = createLog({ logLevel: process.env.PARLEY_LOG_LEVEL === "debug" ? "debug" : "fatal" })
