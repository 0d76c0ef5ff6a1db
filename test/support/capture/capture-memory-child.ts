import { createCaptureStore } from '../../../src/proxy/capture/store.ts'
import { openBeneath } from '../../../src/util/beneath/beneath.ts'
import { startCaptureServer } from './capture-server.ts'

/**
 * A server with a capture store. It prints its port and, at the end of its input, its peak memory in bytes as JSON
 * lines.
 */
const [jobDir = ''] = process.argv.slice(2)
const server = await startCaptureServer(createCaptureStore({ job: openBeneath(jobDir) }))
const peak = () => process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ port: server.port, startBytes: peak() }))
process.stdin.resume().once('end', async () => {
  console.log(JSON.stringify({ peakBytes: peak() }))
  await server[Symbol.asyncDispose]()
})
