import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type PythonProgram, readPythonProgram } from '../../src/kometa/python/python-program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const programs = readdirSync(`${root}/src/kometa/python`).filter((name) => name.endsWith('.py'))

describe('our programs for Kometa’s interpreter', () => {
  test.each(programs)('%s is valid Python', async (name) => {
    const text = await readPythonProgram(name.slice(0, -'.py'.length) as PythonProgram)
    const parse = 'import ast, sys; ast.parse(sys.stdin.read())'
    expect(spawnSync('python3', ['-c', parse], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0 })
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  test('the npm package contains all of them', () => {
    const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root })
    const [{ files }] = JSON.parse(listed.toString()) as [{ files: { path: string }[] }]
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(programs.map((name) => `src/kometa/python/${name}`)))
    expect(programs.length).toBeGreaterThan(0)
  })
})
