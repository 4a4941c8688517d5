import { testBriefly } from "./briefly.ts"
import { killOneOfThree } from "./several.ts"

await testBriefly("one of three servers dies, and nobody is without a stream for long", killOneOfThree)
