import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { filesOfRecipe, makeScratchCopy, root } from './scratch-copy.ts'

const run = promisify(execFile)

/** Follows the recipes to the letter: each step copies a row and gives the copy names of its own. */
const recipes = [
  {
    heading: 'A new kind of artwork',
    maxFiles: 3,
    steps: [
      {
        file: 'src/contract/artwork-kinds.ts',
        row: /^ {2}squareArt: \{[^}]*\},\n/,
        change: (row: string) =>
          row
            .replaceAll('squareArt', 'discArt')
            .replace('backgroundSquare', 'disc')
            .replaceAll("'square art'", "'disc art'"),
      },
    ],
  },
  {
    heading: 'A new read that may reach Plex',
    maxFiles: 1,
    steps: [
      {
        file: 'src/policy/known-reads/read-templates.ts',
        row: /^ {2}\{ path: '\/identity'.*\},\n/,
        change: (row: string) => row.replace('/identity', '/updater/products'),
      },
    ],
  },
  {
    heading: 'A new fact about a target, shown in Compare',
    maxFiles: 4,
    steps: [
      {
        file: 'src/contract/shown-facts.ts',
        row: /^ {2}base_used: baseUsedSchema.*,\n/,
        change: () => '  drawn_by: z.string().nullable().optional(),\n',
      },
      {
        file: 'src/contract/shown-facts.ts',
        row: /^ {2}base_used: \{ name: .*\},\n/,
        change: () => "  drawn_by: { name: 'Drawn by', words: (who) => who },\n",
      },
      {
        file: 'src/run/summary/target-result.ts',
        row: /^ *base_used: facts\.base,\n/,
        change: (row: string) => row.replace('base_used: facts.base', "drawn_by: 'Kometa'"),
      },
    ],
  },
]

test('each recipe of CONTRIBUTING.md touches few source files, and every surface follows', async () => {
  const copy = makeScratchCopy()
  onTestFinished(() => copy[Symbol.dispose]())
  for (const { heading, maxFiles, steps } of recipes) {
    const files = [...new Set(steps.map(({ file }) => file))]
    expect(filesOfRecipe(heading), heading).toEqual(files)
    expect(files.length).toBeLessThanOrEqual(maxFiles)
    for (const { file, row, change } of steps) copy.copyRow(file, row, change)
  }

  // What has to know each kind, read or fact by name would not compile without it.
  const at = { cwd: copy.folder, maxBuffer: 16 * 1024 * 1024 }
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  for (const project of ['tsconfig.json', 'tsconfig.web.json']) {
    const { stdout } = await run(process.execPath, [tsc, '-p', project, '--noEmit'], at).catch((error) => error)
    expect(stdout, project).toBe('')
  }

  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const surfaces = [vitest, 'run', '--config', 'test/recipes/surfaces.config.ts', '--reporter=json']
  const { stdout } = await run(process.execPath, surfaces, at).catch((error) => error)
  const report = JSON.parse(String(stdout).slice(String(stdout).indexOf('{')))
  const told = report.testResults.flatMap((file: { message: string; assertionResults: object[] }) => [
    file.message,
    ...file.assertionResults,
  ])
  expect(report.success, JSON.stringify(told, null, 2)).toBe(true)
  expect(report.numPassedTests).toBeGreaterThan(8)
}, 300_000)
