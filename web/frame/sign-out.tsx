import { call } from '../core/api.ts'
import { keys, queryClient } from '../core/queries.ts'
import { tellProblem } from '../ui/announce.tsx'
import { IconButton } from '../ui/button.tsx'

export function SignOut() {
  const signOut = async () => {
    try {
      await call('signOut', {})
      queryClient.clear()
      await queryClient.invalidateQueries({ queryKey: keys.session })
      window.location.assign('/')
    } catch (error) {
      tellProblem(error)
    }
  }
  return <IconButton icon="lock" label="Sign out" onClick={() => void signOut()} />
}
