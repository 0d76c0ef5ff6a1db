import { dirname } from 'node:path'
import { request } from 'undici'
import { sampleRenderer } from '../../../src/demo/demo-world.ts'
import { startStudio } from '../../../src/server/studio.ts'

type Method = 'GET' | 'POST' | 'DELETE'

/** A studio with the sample renderer, for programs that are killed, paused or traced. */
export const startPlainStudio = (configPath: string, dataDir: string) =>
  startStudio({
    port: 0,
    dataDir,
    allowedFolders: [dirname(configPath)],
    makeRenderer: async () => sampleRenderer(),
    env: { PATH: process.env.PATH },
    version: '0.0.0-test',
  })

/** The answer of its API, whatever the status. */
export async function send(method: Method, url: string, body?: object): Promise<{ code: number; text: string }> {
  const answer = await request(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { code: answer.statusCode, text: await answer.body.text() }
}

/** The same, parsed; throws if the answer is an error. */
export async function call<Answer>(method: Method, url: string, body?: object): Promise<Answer> {
  const { code, text } = await send(method, url, body)
  if (code >= 400) throw new Error(`${method} ${url}: ${code} ${text}`)
  return JSON.parse(text) as Answer
}
