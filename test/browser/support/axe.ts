import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResults {
  violations: { id: string; impact: string | null; help: string; nodes: { target: unknown[]; html: string }[] }[]
  passes: unknown[]
}

/** What axe finds serious or critical on the page in its current state, one line for each finding. */
export async function seriousProblems(page: Page): Promise<string[]> {
  // Runs in an isolated world of the tests, so that the page's own policy stays as strict as it is.
  await page.evaluate(await axeSource)
  const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations", "passes"] })')
  if (results.passes.length === 0) throw new Error('axe looked at nothing')
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`))
}
