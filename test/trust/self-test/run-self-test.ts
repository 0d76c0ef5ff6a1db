import { rules } from './rules.ts'
import { makeScratch } from './scratch.ts'

/**
 * Removes each rule in turn, in a copy of the sources, and runs the part of the suite that claims to check it. If no
 * test fails, the suite has a gap. Before that, the same parts must pass without a change. `words` select rules by
 * parts of their names; none means all. True when every rule was noticed.
 */
export async function runSelfTest(root: string, words: readonly string[]): Promise<boolean> {
  using scratch = makeScratch(root)
  const chosen = rules.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  if (chosen.length === 0) throw new Error(`no rule has ${words.join(' or ')} in its name`)
  const files = [...new Set(chosen.map(({ tests }) => tests))]
  for (const config of ['vitest.config.ts', 'vitest.trust.config.ts']) {
    const own = files.filter((file) => configOf(file) === config)
    if (own.length === 0) continue
    const untouched = await scratch.test(own, { config, timeoutMs: 1_800_000 })
    console.log(`without a change: ${untouched.passed} passed, ${untouched.failed} failed ${untouched.red.join('; ')}`)
    if (untouched.failed > 0) throw new Error('the suite is red as it is: first make it green')
  }
  console.log('\n| rule taken out | what goes red |\n|---|---|')
  let unnoticed = 0
  for (const { name, patches, tests, only } of chosen) {
    const outcome = await scratch.withPatches(patches, () =>
      scratch.test([tests], { config: configOf(tests), ...(only === undefined ? {} : { only }) }),
    )
    if (outcome.failed === 0) unnoticed += 1
    const red = outcome.failed === 0 ? '**nothing**' : (outcome.red[0] ?? '').replaceAll('|', '/').replaceAll('\n', ' ')
    console.log(`| ${name} | ${red} |`)
  }
  console.log(`\n${chosen.length} rules, ${chosen.length - unnoticed} noticed, ${unnoticed} not`)
  return unnoticed === 0
}

const configOf = (file: string): string =>
  file.startsWith('test/trust/') ? 'vitest.trust.config.ts' : 'vitest.config.ts'
