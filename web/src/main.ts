import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { ApiError, onLoggedOut } from '@/api'
import { followLanguage } from '@/i18n'
import { makeRouter } from '@/router'
import { useSession } from '@/stores/session'
import App from './App.vue'
import 'element-plus/theme-chalk/base.css'
import '@/styles/base.css'
import '@/styles/element.css'
import '@/styles/tokens.css'
import '@/styles/large.css'

followLanguage()

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a lost connection is worth a second try.
      retry: (failures, cause) => cause instanceof ApiError && cause.status === 0 && cause.code !== 'console.bug' && failures < 1,
    },
  },
})

const app = createApp(App)
app.use(createPinia())
const router = makeRouter()

onLoggedOut(() => {
  const session = useSession()
  if (!session.user) return
  session.forget()
  queries.clear()
  const here = router.currentRoute.value
  if (here.name !== 'login') void router.push({ name: 'login', query: { next: here.fullPath, expired: '1' } })
})

app.use(router)
app.use(VueQueryPlugin, { queryClient: queries })
void router.isReady().then(() => app.mount('#app'))
