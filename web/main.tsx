import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/wght.css'
import './tokens.css'
import './base.css'
import { App } from './app.tsx'
import { queryClient } from './core/queries.ts'
import { followTheme } from './core/theme.ts'

followTheme()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>,
  )
}
