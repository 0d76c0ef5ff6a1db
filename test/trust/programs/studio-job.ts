import { setTimeout as wait } from 'node:timers/promises'
import { call, send, startPlainStudio } from './plain-studio.ts'

/** A studio in its own process that previews two films and then deletes the job. Arguments: config, data folder. */
const [configPath = '', dataDir = ''] = process.argv.slice(2)
await using studio = await startPlainStudio(configPath, dataDir)
type Answer = { id: string; status: string; servers: { id: string }[] }
const api = (path: string) => `${studio.url}/api/${path}`

const { id: connectionId, servers } = await call<Answer>('POST', api('connection'), { kind: 'path', path: configPath })
const targets = ['101', '102'].map((ratingKey) => ({ server: servers[0]?.id, ratingKey }))
const job = await call<Answer>('POST', api('jobs'), { connectionId, targets })
let { status } = job
while (status === 'queued' || status === 'running') {
  await wait(20)
  status = (await call<Answer>('GET', api(`jobs/${job.id}`))).status
}
process.stdout.write(`end ${status} 2\n`)
let deleted = await send('DELETE', api(`jobs/${job.id}`))
// The end of the job has been reported, but the studio is still writing down its findings.
while (deleted.code === 409) {
  await wait(20)
  deleted = await send('DELETE', api(`jobs/${job.id}`))
}
if (deleted.code >= 400) throw new Error(`the job was not deleted: ${deleted.text}`)
