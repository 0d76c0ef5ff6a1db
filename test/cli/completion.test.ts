import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cli } from './cli.ts'

let dir = ''
const script = (shell: string) => join(dir, `completion.${shell}`)
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await cli(['completion', shell])
    expect(code).toBe(0)
    writeFileSync(script(shell), stdout)
  }
  mkdirSync(join(dir, 'home', 'conf folder'), { recursive: true })
  writeFileSync(join(dir, 'home', 'config.yml'), '')
  mkdirSync(join(dir, 'home', 'Kometa'))
  writeFileSync(join(dir, 'home', 'Kometa.tar.gz'), '')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** False if the shell is missing; that is printed. */
function has(program: string): boolean {
  const there = spawnSync(program, ['--version']).status === 0
  if (!there) process.stderr.write(`skipped: ${program} is not installed\n`)
  return there
}

/** Each line, and what must be offered for its last word; with '...' at its end, more may be offered. */
const cases: [words: string[], offered: string[]][] = [
  [['ru'], ['run']],
  [['d'], ['demo', 'doctor']],
  [['help', 'ver'], ['verify']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish', '...'],
  ],
  [
    ['run', '--isolate', ''],
    ['auto', 'on', 'off'],
  ],
  [['run', '--isolate', 'a'], ['auto']],
  [['run', '--conf'], ['--config']],
  [['run', '--config', 'config'], ['config.yml']],
  [
    ['setup', '--from', 'Kom'],
    ['Kometa', 'Kometa.tar.gz'],
  ],
  [['run', '--kometa', 'Kom'], ['Kometa']],
  [['run', '--target', 'Kom'], []],
  [['run', '--target', 'M', '--js'], ['--json']],
]
const plain = (text: string) => text.replace(/\/$/, '')

function expectOffered(lines: string[], offered: string[]): void {
  const wanted = offered.filter((word) => word !== '...')
  const found = lines.map(plain)
  if (offered.includes('...')) expect(found).toEqual(expect.arrayContaining(wanted))
  else expect(found.toSorted()).toEqual(wanted.toSorted())
}

describe.skipIf(process.platform === 'win32')('bash', () => {
  test.each(cases)('%j', (words, offered) => {
    const all = ['kometa-preview', ...words]
    const code = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kometa_preview; printf '%s\\n' "\${COMPREPLY[@]}"`
    const args = ['--norc', '--noprofile', '-c', code, 'bash', script('bash'), ...all]
    const { stdout, stderr } = spawnSync('bash', args, { cwd: join(dir, 'home'), encoding: 'utf8' })
    expect(stderr).toBe('')
    expectOffered(stdout.split('\n').filter(Boolean), offered)
  })
})

describe('fish', () => {
  test.each(cases)('%j', (words, offered) => {
    if (!has('fish')) return
    const typed = ['kometa-preview', ...words].join(' ')
    const args = ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script('fish'), typed]
    const env = { PATH: process.env.PATH, HOME: join(dir, 'home') }
    const { stdout } = spawnSync('fish', args, { cwd: join(dir, 'home'), encoding: 'utf8', env })
    expectOffered(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t')[0] ?? ''),
      offered,
    )
  })
})

/** The command line after Tab, in an interactive shell. */
function pressTab(shell: 'bash' | 'zsh', typed: string): string {
  const out = join(dir, 'line')
  rmSync(out, { force: true })
  const home = join(dir, 'home')
  const setup = {
    bash: `HOME='${home}'; PS1=''; source '${script('bash')}'; bind -x '"\\C-x\\C-b": printf "%s\\\\n" "$READLINE_LINE" > ${out}; exit'; echo set up`,
    // With -u, compinit does not ask whether folders are safe.
    zsh: `autoload -Uz compinit; compinit -u -D; source '${script('zsh')}'; show() { print -r -- "$BUFFER" > ${out}; exit }; zle -N show; bindkey '^X^B' show; bindkey '^I' complete-word; PS1='set up'`,
  }[shell]
  const file = join(dir, `start.${shell}`)
  writeFileSync(file, setup)
  mkdirSync(join(dir, 'zdot'), { recursive: true })
  if (shell === 'zsh') writeFileSync(join(dir, 'zdot', '.zshrc'), setup)
  const command = shell === 'bash' ? ['bash', '--noprofile', '--rcfile', file, '-i'] : ['zsh', '-d', '-i']
  const driver = fileURLToPath(new URL('press-tab.py', import.meta.url))
  const { stdout, stderr } = spawnSync('python3', [driver, out, ...command], {
    cwd: home,
    encoding: 'utf8',
    input: JSON.stringify({ ready: 'set up', type: typed }),
    env: { PATH: process.env.PATH, HOME: home, ZDOTDIR: join(dir, 'zdot'), TERM: 'dumb', LANG: 'C.UTF-8' },
  })
  expect(stderr).toBe('')
  return stdout.trimEnd()
}

describe.skipIf(process.platform === 'win32')('in a terminal, the Tab key', () => {
  const lines: [typed: string, completed: string][] = [
    ['kometa-preview ru', 'kometa-preview run'],
    ['kometa-preview run --isol', 'kometa-preview run --isolate'],
    ['kometa-preview run --isolate au', 'kometa-preview run --isolate auto'],
    ['kometa-preview run --config config.', 'kometa-preview run --config config.yml'],
    ['kometa-preview run --config=config.', 'kometa-preview run --config=config.yml'],
    ['kometa-preview run --kometa conf', 'kometa-preview run --kometa conf\\ folder/'],
    ['kometa-preview setup --from Kometa.t', 'kometa-preview setup --from Kometa.tar.gz'],
    ['kometa-preview completion fi', 'kometa-preview completion fish'],
    ['kometa-preview doctor --target x --jso', 'kometa-preview doctor --target x --json'],
  ]
  beforeEach(() => rmSync(join(dir, 'line'), { force: true }))

  test.each(lines)('bash: %s', (typed, completed) => {
    if (!has('python3')) return
    expect(plain(pressTab('bash', typed))).toBe(plain(completed))
  })

  test.each(lines.slice(0, -1))('zsh: %s', (typed, completed) => {
    if (!has('python3') || !has('zsh')) return
    // The shell may add the "=" of an option with a value.
    expect(plain(pressTab('zsh', typed)).replace(/=$/, '')).toBe(plain(completed))
  })
})

test('an unknown shell: the error names the known ones, and the exit code is 2', async () => {
  const { code, stderr, stdout } = await cli(['completion', 'tcsh'])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('bash, zsh, fish')
})
