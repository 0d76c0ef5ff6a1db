import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../cli/cli.ts'
import { canaries, filesWith, run, startJobWorld } from './job-world.ts'

const secrets = ['canary-url-password', 'canary-url-key', 'canaryNamedSecret01', canaries.plex]
const address = 'https://me:canary-url-password@host.invalid/o.yml?apikey=canary-url-key'

const config = (files: string) => (url: string) =>
  `plex: {url: "${url}", token: ${canaries.plex}}
tmdb: {apikey: ${canaries.tmdb}}
libraries:
  Movies:
    overlay_files: [${files}]
    template_variables: {mark: "<<named>>", other: &multi |
      first
      canaryNamedSecret01
      }
`

/** Warnings and errors repeat the user's own words, and these may contain a secret. */
test('a warning about an overlay file whose address holds a password', async () => {
  await using world = await startJobWorld({
    config: (url) =>
      config(`{file: "${address}"}, {default: resolution}`)(url)
        .replace(/, other: [\s\S]*\n {6}\}/, '}')
        .replace('default: resolution', 'default: resolution, template_variables: {key: "<<named>>"}'),
  })
  const { summary, lines, events } = await run(world, { specs: ['Nosferatu'] })
  const said = JSON.stringify([summary, lines, events])
  expect(summary.warnings.join('\n')).toMatch(/host\.invalid\/o\.yml/)
  for (const secret of secrets) expect([secret, said.includes(secret)]).toEqual([secret, false])
  expect(filesWith(world.jobDir, secrets)).toEqual([])
  expect(readFileSync(join(world.jobDir, 'output/summary.json'), 'utf8')).toContain('(redacted)')
})

test('an error about it, on the command line and thrown', async () => {
  await using world = await startJobWorld({
    config: (url) => config(`{file: "${address}"}`)(url).replace(/\n {4}template_variables[\s\S]*$/, '\n'),
  })
  const thrown = await run(world, { specs: ['Nosferatu'] }).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ code: 'OVERLAY_FILES_MISSING', message: expect.stringContaining('host.invalid') })
  const { message, hint, details } = thrown as { message: string; hint: string; details: string[] }
  for (const secret of secrets) expect(JSON.stringify([message, hint, details])).not.toContain(secret)
  const { stdout, stderr, code } = await cli([
    ...['run', '--config', world.configPath, '--target', 'Nosferatu', '--data', world.dataDir],
    ...['--out', world.jobDir, '--kometa', join(import.meta.dirname, '../fixtures/no-kometa')],
  ])
  expect(code).toBe(2)
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret)
})
