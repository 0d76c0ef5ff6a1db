import { expect, test } from 'vitest'
import { ownSecretPrefix } from '../../../config/read/environment/secrets.ts'
import { secretMask } from '../../../contract/api/api-connect.ts'
import { AppError } from '../../../contract/errors.ts'
import { type HiddenBefore, hiddenProblems, isReadable, refuseOurNames } from './hidden-uses.ts'

const text = `plex: {url: "http://10.0.0.1:32400", token: "${secretMask}1"}\nradarr: {url: "<<radarr>>", token: "<<key>>"}\n`
const before: HiddenBefore = { text, numbers: new Map([[1, 1]]) }
const problems = (edited: string, its = before) =>
  hiddenProblems(edited, its).map(({ path, message }) => [path.join('.'), message])

test('an edit that leaves each hidden secret where it was, and at its address, has no problem', () => {
  expect(problems(text)).toEqual([])
  expect(problems(`${text}libraries: {Movies: {}}\n`)).toEqual([])
})

test.each([
  ['another address', text.replace('10.0.0.1', 'evil.example'), 'plex.token', /address beside it is new/],
  [
    'another place',
    `${text}sonarr: {url: "http://10.0.0.9", token: "${secretMask}1"}\n`,
    'sonarr.token',
    /can be used only where it was/,
  ],
  ['a mask of nothing', text.replace(`${secretMask}1`, `${secretMask}7`), 'plex.token', /stands for no secret/],
  ['a mask without a number', text.replace(`${secretMask}1`, secretMask), 'plex.token', /stands for no secret/],
  [
    'a name elsewhere',
    `${text}sonarr: {url: "http://10.0.0.9", token: "<<key>>"}\n`,
    'sonarr.token',
    /A name stands for a secret only where it was/,
  ],
  [
    'a name of ours',
    `${text}sonarr: {url: "http://10.0.0.9", token: "<<${ownSecretPrefix}1>>"}\n`,
    'sonarr.token',
    /Kometa Preview uses this name itself/,
  ],
])('%s is a problem, named by its place', (_name, edited, path, message) => {
  expect(problems(edited)).toContainEqual([path, expect.stringMatching(message)])
})

test('nothing hidden is put back into a config that could not be read; a broken edit has errors of its own', () => {
  const broken = { text: 'plex: {', numbers: before.numbers }
  expect(problems(text, broken)[0]?.[1]).toMatch(/could not be read when it was connected/)
  expect(problems('plex: {')).toEqual([])
  expect([isReadable(text), isReadable('plex: {')]).toEqual([true, false])
})

test('a name of ours in a text of the user is refused', () => {
  expect(() => refuseOurNames(text)).not.toThrow()
  expect(() => refuseOurNames(`token: <<${ownSecretPrefix}1>>`)).toThrow(AppError)
})
