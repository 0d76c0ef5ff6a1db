import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { ChooseScreen } from './choose/choose-screen.tsx'
import { ConnectScreen } from './connect/connect-screen.tsx'
import { useDraftFollows } from './core/draft/draft.ts'
import { useFreshConnection } from './core/draft/fresh-connection.ts'
import { useIsAway } from './core/online.ts'
import { connectionQuery, sessionQuery, stateQuery } from './core/queries.ts'
import { type Route, routeOf } from './core/route.ts'
import { navigate, useLocation } from './core/router.ts'
import { useStudioEvents } from './core/studio-events.ts'
import { Crash } from './frame/crash.tsx'
import { useCurrentJob } from './frame/current-job.ts'
import { Frame } from './frame/frame.tsx'
import { SignIn } from './frame/sign-in.tsx'
import { SecretsDialog } from './jobs/secrets-dialog.tsx'
import { Announcer, tell } from './ui/announce.tsx'
import { Button } from './ui/button.tsx'
import { Link } from './ui/link.tsx'
import { asProblem, Empty, Problem } from './ui/notes.tsx'

const RunScreen = lazy(() => import('./watch/run-screen.tsx').then(({ RunScreen }) => ({ default: RunScreen })))
const CompareScreen = lazy(() =>
  import('./compare/compare-screen.tsx').then(({ CompareScreen }) => ({ default: CompareScreen })),
)
const SafetyScreen = lazy(() =>
  import('./safety/safety-screen.tsx').then(({ SafetyScreen }) => ({ default: SafetyScreen })),
)
const JobsScreen = lazy(() => import('./jobs/jobs-screen.tsx').then(({ JobsScreen }) => ({ default: JobsScreen })))
const JobConfigScreen = lazy(() =>
  import('./jobs/job-config-screen.tsx').then(({ JobConfigScreen }) => ({ default: JobConfigScreen })),
)

export function App() {
  const session = useQuery(sessionQuery)
  if (session.data && !session.data.signedIn) return <SignIn />
  if (session.isError && !session.data) {
    return (
      <main className="screen">
        <Problem
          problem={asProblem(session.error)}
          action={<Button onClick={() => void session.refetch()}>Try again</Button>}
        />
      </main>
    )
  }
  return session.data ? <Studio /> : null
}

function Studio() {
  useStudioEvents()
  useFreshConnection()
  useDraftFollows(useQuery(connectionQuery).data?.connection ?? null, (name) =>
    tell(`${name} has changed. Your edits were put on top of it.`),
  )
  const { path } = useLocation()
  const route = routeOf(path)
  useTitle(route)
  return (
    <>
      <Frame route={route}>
        <Crash key={path}>
          <Suspense fallback={null}>
            <ScreenOf route={route} />
          </Suspense>
        </Crash>
      </Frame>
      <SecretsDialog />
      <Announcer />
    </>
  )
}

const titles: Record<Route['screen'], string> = {
  start: '',
  connect: 'Connect',
  choose: 'Choose',
  run: 'Run',
  compare: 'Compare',
  safety: 'Safety',
  jobs: 'Jobs',
  config: 'Config of a job',
  unknown: 'Not found',
}

/** The title of the tab names a running job first, then the screen. */
function useTitle({ screen, jobId }: Route): void {
  const job = useCurrentJob(jobId)
  const ofJob = screen === 'run' || screen === 'compare' || screen === 'safety'
  const place = [titles[screen], ofJob && job ? job.title : ''].filter(Boolean).join(' · ')
  const away = useIsAway()
  const running = job?.status === 'running' && !away ? '● ' : ''
  useEffect(() => {
    document.title = `${running}${place ? `${place} · ` : ''}Kometa Preview`
  }, [running, place])
}

function ScreenOf({ route }: { route: Route }) {
  const current = useCurrentJob(route.jobId)
  switch (route.screen) {
    case 'start':
      return <Start />
    case 'connect':
      return <ConnectScreen />
    case 'choose':
      return <ChooseScreen />
    case 'jobs':
      return <JobsScreen />
    case 'unknown':
      return (
        <Empty alone icon="search" title="There is nothing at this address">
          <Link className="button button-plain" href="/">
            Go to the start
          </Link>
        </Empty>
      )
    case 'config':
      return route.jobId ? <JobConfigScreen key={route.jobId} jobId={route.jobId} /> : null
  }
  const jobId = route.jobId ?? current?.id
  if (current === undefined && !jobId) return null
  if (!jobId) return <NoJob />
  if (route.screen === 'run') return <RunScreen key={jobId} jobId={jobId} />
  if (route.screen === 'compare') return <CompareScreen key={jobId} jobId={jobId} />
  return <SafetyScreen key={jobId} jobId={jobId} />
}

/** A visit begins at the config, or at the posters when a config is connected. */
function Start() {
  const state = useQuery(stateQuery)
  const connected = state.data && state.data.connectionId !== null
  useEffect(() => {
    if (connected !== undefined) navigate(connected ? '/choose' : '/connect', { replace: true })
  }, [connected])
  return null
}

function NoJob() {
  return (
    <Empty alone icon="play" title="No preview yet">
      <p>Choose some posters and press Preview. What Kometa would draw on them appears here.</p>
      <Link className="button button-plain" href="/choose">
        Choose posters
      </Link>
    </Empty>
  )
}
