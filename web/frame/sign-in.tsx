import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../core/api.ts'
import { queryClient, sessionQuery } from '../core/queries.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { asProblem, Problem } from '../ui/notes.tsx'
import './sign-in.css'

export function SignIn() {
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => call('signIn', { body: { password } }),
    onSuccess: (session) => queryClient.setQueryData(sessionQuery.queryKey, session),
  })
  return (
    <main className="sign-in">
      <form
        className="sign-in-box"
        onSubmit={(event) => {
          event.preventDefault()
          signIn.mutate()
        }}
      >
        <h1>Kometa Preview</h1>
        <p className="muted">
          This studio can be reached from other machines, so it asks for its password. It was set, or printed, when
          kometa-preview was started.
        </p>
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoFocus
        />
        {signIn.isError && <Problem problem={asProblem(signIn.error)} />}
        <Button kind="accent" type="submit" disabled={password === ''} busy={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  )
}
