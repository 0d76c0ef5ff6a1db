import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import { sampleRenderer } from '../../../src/demo/demo-world.ts'
import { startStudio } from '../../../src/server/studio.ts'

/** A studio in a process of its own that previews two films and then deletes the job. Arguments: config, data folder. */
const [configPath = '', dataDir = ''] = process.argv.slice(2)
await using studio = await startStudio({
  port: 0,
  dataDir,
  allowedFolders: [dirname(configPath)],
  makeRenderer: async () => sampleRenderer(),
  env: { PATH: process.env.PATH },
  version: '0.0.0-test',
})
type Answer = { id: string; status: string; servers: { id: string }[] }
async function send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) {
  const answer = await request(studio.url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { code: answer.statusCode, text: await answer.body.text() }
}
async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
  const { code, text } = await send(method, path, body)
  if (code >= 400) throw new Error(`${method} ${path}: ${code} ${text}`)
  return JSON.parse(text) as Answer
}

const { id: connectionId, servers } = await call('POST', '/api/connection', { kind: 'path', path: configPath })
const targets = ['101', '102'].map((ratingKey) => ({ server: servers[0]?.id, ratingKey }))
const job = await call('POST', '/api/jobs', { connectionId, targets })
let { status } = job
while (status === 'queued' || status === 'running') {
  await wait(20)
  status = (await call('GET', `/api/jobs/${job.id}`)).status
}
process.stdout.write(`end ${status} 2\n`)
let deleted = await send('DELETE', `/api/jobs/${job.id}`)
// Its end has been told, and the studio still writes down what it found.
while (deleted.code === 409) {
  await wait(20)
  deleted = await send('DELETE', `/api/jobs/${job.id}`)
}
if (deleted.code >= 400) throw new Error(`the job was not deleted: ${deleted.text}`)
