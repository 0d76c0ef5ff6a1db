import { Skeleton } from '../ui/notes.tsx'

export function ConnectSkeleton() {
  return (
    <div className="screen" aria-busy="true">
      <Skeleton height={28} width="240px" />
      <Skeleton height={160} width="100%" />
      <Skeleton height={240} width="100%" />
    </div>
  )
}
