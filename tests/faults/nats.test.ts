import { testBriefly } from "./briefly.ts"
import { killNats } from "./several.ts"

await testBriefly("NATS dies, a server after it, and nothing is lost", killNats)
