import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long because they wait or repeat: begun last, one of them would keep one worker busy while the other
 * has nothing to do.
 */
const long = [
  'trust/kill',
  'trust/fuzz',
  'trust/orphans',
  'trust/lost-writes',
  'server/large-configs',
  'server/job-secrets',
  'regexps/entry-points',
  'server/rerun-config',
  'server/pasted-reach',
  'e2e/foreign-job',
  'server/flatness',
  'server/queue',
  'cli/cli',
  'server/hostile-clients',
  'supervisor/kill',
  'e2e/job',
  'docker/docker-runner',
  'wire/sample-renderer',
  'setup/setup',
  'clients/plexapi',
  'wire/capture-durability',
  'doctor/doctor-command',
  'package/package',
  'e2e/plex-reads',
  'kometa-process/process',
  'memory/capture-memory',
]

/** Runs the long files first, and the others in vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = long.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return place === -1 ? long.length : place
    }
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
