import { testBriefly } from "./briefly.ts"
import { promoteStandby } from "./failover.ts"

await testBriefly(
  "PostgreSQL dies, its standby takes its place, and nothing accepted is lost",
  promoteStandby,
)
