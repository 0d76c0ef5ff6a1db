import { join } from 'node:path'
import { request } from 'undici'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { startStudio } from '../../src/server/studio.ts'

/** A studio in its own process, with a running job, to be killed. */
const [dir = ''] = process.argv.slice(2)
const studio = await startStudio({
  port: 0,
  dataDir: join(dir, 'data'),
  allowedFolders: [join(dir, 'config')],
  makeRenderer: async () => sampleRenderer(),
  env: { PATH: process.env.PATH, HOME: dir },
  version: '0.0.0-test',
})
const post = async (path: string, body: object) => {
  const answer = await request(studio.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await answer.body.json()) as { id: string; servers: { id: string }[] }
}
const connection = await post('/api/connection', { kind: 'path', path: join(dir, 'config', 'config.yml') })
const targets = ['101', '102', '103', '2010', '2011', '2012'].map((ratingKey) => ({
  server: connection.servers[0]?.id,
  ratingKey,
}))
const job = await post('/api/jobs', { connectionId: connection.id, targets })
process.stdout.write(`${JSON.stringify({ url: studio.url, jobId: job.id })}\n`)
