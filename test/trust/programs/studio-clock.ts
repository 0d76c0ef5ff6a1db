import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import { sampleRenderer } from '../../../src/demo/demo-world.ts'
import { startStudio } from '../../../src/server/studio.ts'

/**
 * A studio in a process whose clock is set while a job runs, and a second one that starts with a clock that is far ahead.
 * Arguments: config, data folder, the file that sets the clock. Prints what each of them tells of the job, a line of JSON each.
 */
const [configPath = '', dataDir = '', clockFile = ''] = process.argv.slice(2)
const setClock = (offset: string) => writeFileSync(clockFile, `${offset}\n`)

const start = () =>
  startStudio({
    port: 0,
    dataDir,
    allowedFolders: [dirname(configPath)],
    makeRenderer: async () => sampleRenderer(),
    env: { PATH: process.env.PATH },
    version: '0.0.0-test',
  })

async function call<Answer>(url: string, body?: object): Promise<Answer> {
  const answer = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 400) throw new Error(`${url}: ${answer.statusCode} ${text}`)
  return JSON.parse(text) as Answer
}

{
  await using studio = await start()
  const connection = await call<{ id: string; servers: { id: string }[] }>(`${studio.url}/api/connection`, {
    kind: 'path',
    path: configPath,
  })
  const targets = [{ server: connection.servers[0]?.id, ratingKey: '101' }]
  const { id } = await call<{ id: string }>(`${studio.url}/api/jobs`, { connectionId: connection.id, targets })
  const look = () => call<{ status: string; phases: { phase: string }[] }>(`${studio.url}/api/jobs/${id}`)
  let job = await look()
  for (let steps = 0; job.status === 'queued' || job.status === 'running'; job = await look()) {
    // Ahead in its first phase, back in a later one.
    if (steps === 0 && job.phases.length > 0) setClock(['+45d', '-45d'][steps++] ?? '')
    else if (steps === 1 && job.phases.length > 2) setClock(['+45d', '-45d'][steps++] ?? '')
    await wait(5)
  }
  process.stdout.write(`${JSON.stringify(job)}\n`)
}
setClock('+45d')
{
  await using studio = await start()
  process.stdout.write(`${JSON.stringify(await call(`${studio.url}/api/jobs`))}\n`)
}
