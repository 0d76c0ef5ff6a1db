import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { filesBelow, run, scriptRenderer, startJobWorld } from '../e2e/job-world.ts'
import { recordFigure } from './figures.ts'

const jpegStart = '\xff\xd8\xff'

/**
 * Plays a Kometa that, once the other one runs too, tries the other's proxy and gate with what it knows, and then
 * uploads to its own proxy.
 */
const neighbour = `
const fs = require('node:fs'), http = require('node:http'), path = require('node:path')
const [configPath, meeting, own, other, image] = process.argv.slice(1)
const text = fs.readFileSync(configPath, 'utf8')
const me = { url: /url: ["']?(http:\\/\\/(?:127|localhost)[^"'\\s]*)/.exec(text)[1], token: /token: ["']?([^"'\\s]+)/.exec(text)[1], gate: process.env.HTTPS_PROXY }
fs.writeFileSync(path.join(meeting, own + '.tmp'), JSON.stringify(me))
fs.renameSync(path.join(meeting, own + '.tmp'), path.join(meeting, own))
function ask(url, options, body = '') {
  return new Promise((resolve) => {
    const sent = http.request(url, options, (answer) => answer.resume().once('end', () => resolve(answer.statusCode)))
    sent.once('error', (error) => resolve(error.code))
    sent.end(body)
  })
}
async function main() {
  const place = path.join(meeting, other)
  while (!fs.existsSync(place)) await new Promise((resolve) => setTimeout(resolve, 20))
  const them = JSON.parse(fs.readFileSync(place, 'utf8'))
  const said = {}
  said.read = await ask(them.url + '/library/metadata/101', { headers: { 'X-Plex-Token': me.token } })
  said.upload = await ask(them.url + '/library/metadata/101/posters', { method: 'POST', headers: { 'X-Plex-Token': me.token } }, 'GIF89a-of-' + own)
  const mine = new URL(me.gate), theirs = new URL(them.gate)
  const basic = 'Basic ' + Buffer.from(mine.username + ':' + mine.password).toString('base64')
  said.gate = await ask(theirs.origin, { path: 'http://api.jikan.moe/', headers: { 'Proxy-Authorization': basic } })
  said.own = await ask(me.url + '/library/metadata/101/posters', { method: 'POST', headers: { 'X-Plex-Token': me.token } }, Buffer.from(image + own, 'latin1'))
  // Both stay until both have finished their attempts.
  fs.writeFileSync(path.join(meeting, own + '.done'), '')
  while (!fs.existsSync(path.join(meeting, other + '.done'))) await new Promise((resolve) => setTimeout(resolve, 20))
  console.log('SAID ' + JSON.stringify({ ...said, sameToken: me.token === them.token, sameGate: me.gate === them.gate }))
}
main()
`

test('two parallel jobs with one config and one data folder do not affect each other', async () => {
  await using world = await startJobWorld()
  const meeting = mkdtempSync(join(tmpdir(), 'two-jobs-'))
  onTestFinished(() => rmSync(meeting, { recursive: true, force: true }))
  const job = (own: string, other: string) =>
    run(world, {
      specs: ['Nosferatu'],
      jobDir: join(world.dir, own),
      // In its own namespace neither could even connect to the other.
      isolate: 'off',
      renderer: {
        ...scriptRenderer(''),
        args: (configPath) => ['-e', neighbour, configPath, meeting, own, other, jpegStart],
      },
    })
  const outcomes = await Promise.all([job('one', 'other'), job('other', 'one')])

  for (const [index, name] of ['one', 'other'].entries()) {
    const summary = outcomes[index]?.summary
    const folder = join(world.dir, name)
    const log = readFileSync(join(folder, 'logs/kometa-console.log'), 'utf8')
    expect(JSON.parse(/SAID (.*)/.exec(log)?.[1] ?? '{}')).toEqual({
      ...{ read: 401, upload: 401, gate: 407, own: 200, sameToken: false, sameGate: false },
    })
    expect(summary?.captured_uploads_count).toBe(1)
    const images = readdirSync(join(folder, 'output/by_ratingkey'))
    expect(images.map((file) => readFileSync(join(folder, 'output/by_ratingkey', file), 'latin1'))).toEqual([
      `${jpegStart}${name}`,
    ])
    // Each has recorded the attempts of the other, and nothing else from it.
    const ledger = readFileSync(join(folder, 'output/ledger.jsonl'), 'utf8').trimEnd().split('\n')
    const lines = ledger.map((line) => JSON.parse(line) as { verdict: string; status: number; source: string })
    expect(lines.filter(({ status }) => status === 401)).toHaveLength(2)
    expect(lines.filter(({ source, verdict }) => source === 'gate' && verdict === 'block')).toHaveLength(1)
    expect(lines.filter(({ verdict }) => verdict === 'capture')).toHaveLength(1)
    const strange = name === 'one' ? `${jpegStart}other` : `${jpegStart}one`
    expect(filesBelow(folder).filter((file) => readFileSync(join(folder, file), 'latin1').includes(strange))).toEqual(
      [],
    )
  }
  expect(readdirSync(join(world.dataDir, 'workspaces'))).toEqual([])
  world.assertUntouched()
  recordFigure({
    name: 'two jobs at once',
    value: "0 of 4 knocks at the other's proxy and gate were let in; each job holds its own picture alone",
    goal: 'they do not touch each other',
  })
})
