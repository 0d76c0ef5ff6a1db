import { writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { call, startPlainStudio } from './plain-studio.ts'

/**
 * A studio in a process whose clock is changed while a job runs, and a second studio that starts with a clock that is
 * far ahead. Arguments: config, data folder, the file that sets the clock. Prints what each of them says about the job,
 * one line of JSON each.
 */
const [configPath = '', dataDir = '', clockFile = ''] = process.argv.slice(2)
const setClock = (offset: string) => writeFileSync(clockFile, `${offset}\n`)

const start = () => startPlainStudio(configPath, dataDir)

{
  await using studio = await start()
  const connection = await call<{ id: string; servers: { id: string }[] }>('POST', `${studio.url}/api/connection`, {
    kind: 'path',
    path: configPath,
  })
  const targets = [{ server: connection.servers[0]?.id, ratingKey: '101' }]
  const { id } = await call<{ id: string }>('POST', `${studio.url}/api/jobs`, { connectionId: connection.id, targets })
  const look = () => call<{ status: string; phases: { phase: string }[] }>('GET', `${studio.url}/api/jobs/${id}`)
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
  process.stdout.write(`${JSON.stringify(await call('GET', `${studio.url}/api/jobs`))}\n`)
}
