import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { runJob } from '../../src/run/run.ts'
import { agentPoster, film } from '../support/sample-plex.ts'
import { startSamplePlex } from '../support/watched-plex.ts'
import { filesWith } from './job-world.ts'

/** Plex counts ratingKeys from 1 on every server, so two servers have different items with the same key. */
test('two servers in one config: one proxy and one token each, captures by server and ratingKey', async () => {
  const library = (title: string, name: string) => [
    { key: 1, title, type: 'movie' as const, items: [film('101', name, { posters: [agentPoster(name)] })] },
  ]
  await using one = await startSamplePlex({
    libraries: library('Movies', 'Nosferatu'),
    token: 'kCANARYtokenOfServerOne',
    machineIdentifier: 'a'.repeat(40),
  })
  await using two = await startSamplePlex({
    libraries: library('Films', 'Metropolis'),
    token: 'kCANARYtokenOfServerTwo',
    machineIdentifier: 'b'.repeat(40),
  })
  const states = [one.stateHash(), two.stateHash()]
  const dir = mkdtempSync(join(tmpdir(), 'two-servers-'))
  try {
    const configPath = join(dir, 'config.yml')
    writeFileSync(
      configPath,
      `plex: {url: "${one.url}", token: ${one.token}}
tmdb: {apikey: x}
libraries:
  Movies: {overlay_files: [{default: resolution}]}
  Films: {plex: {url: "${two.url}", token: ${two.token}}, overlay_files: [{default: resolution}]}
`,
    )
    const jobDir = join(dir, 'job')
    const summary = await runJob({
      config: await loadJobConfig({ kind: 'config', configPath }, { env: {} }),
      jobDir,
      specs: ['Nosferatu', 'Metropolis'],
      renderer: sampleRenderer(),
      dataDir: join(dir, 'data'),
      keepWorkspace: false,
      writeJobFile: true,
      scoped: true,
      proxyPort: 0,
      env: { PATH: process.env.PATH },
      signal: new AbortController().signal,
      onEvent: () => undefined,
      onLine: () => undefined,
    })
    expect(summary.problems).toEqual([])
    expect(summary.servers.map(({ id }) => id[0])).toEqual(['a', 'b'])
    expect(summary.targets.map(({ rating_key, server }) => [rating_key, server?.[0]])).toEqual([
      ['101', 'a'],
      ['101', 'b'],
    ])
    const [nosferatu, metropolis] = summary.targets
    expect(nosferatu?.after?.sha256).not.toBe(metropolis?.after?.sha256)
    expect(new Set(summary.captured_uploads.map(({ server }) => server[0]))).toEqual(new Set(['a', 'b']))
    expect(filesWith(jobDir, [one.token, two.token])).toEqual([])
    expect([one.stateHash(), two.stateHash(), one.writes, two.writes]).toEqual([...states, [], []])
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
