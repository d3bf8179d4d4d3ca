// Addresses of the console. Each page is loaded when it is first opened.
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { lang, t, type MessageKey } from '@/i18n'
import { useSession } from '@/stores/session'
import type { Role } from '@/api'
import { watch } from 'vue'
import { WORK_ROUTES } from './work'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown without the frame and without log-in. */
    bare?: boolean
    title?: MessageKey
    /** Roles that may open the page; absent means everybody who is logged in. */
    roles?: Role[]
  }
}

const HEAD: Role[] = ['department_head']
const OPERATOR: Role[] = ['department_operator']
export const ASKERS: Role[] = ['department_head', 'department_operator']
export const GRANT_READERS: Role[] = ['business_operator', 'security_auditor', 'department_head', 'department_operator', 'department_developer']
export const EVIDENCE_READERS: Role[] = ['security_auditor', 'department_head', 'department_operator', 'department_developer']
export const AGENT_READERS: Role[] = ['platform_operator', 'business_operator', 'security_auditor', 'department_head', 'department_operator', 'department_developer']

const routes: RouteRecordRaw[] = [
  { path: '/login', name: 'login', component: () => import('@/pages/LoginPage.vue'), meta: { bare: true, title: 'login.title' } },
  { path: '/', name: 'home', component: () => import('@/pages/home/HomePage.vue'), meta: { title: 'nav.home' } },
  { path: '/inbox', name: 'inbox', component: () => import('@/pages/InboxPage.vue'), meta: { title: 'nav.inbox' } },
  { path: '/catalogue', name: 'catalogue', component: () => import('@/pages/catalogue/ListPage.vue'), meta: { title: 'nav.catalogue' } },
  { path: '/catalogue/new', name: 'resource-new', component: () => import('@/pages/catalogue/EditPage.vue'), meta: { title: 'catalogue.new', roles: OPERATOR } },
  { path: '/catalogue/import', name: 'resource-import', component: () => import('@/pages/catalogue/ImportPage.vue'), meta: { title: 'import.title', roles: OPERATOR } },
  { path: '/catalogue/from-table', name: 'resource-from-table', component: () => import('@/pages/catalogue/FromTablePage.vue'), meta: { title: 'fromTable.title', roles: OPERATOR } },
  { path: '/catalogue/:id', name: 'resource', component: () => import('@/pages/catalogue/DetailPage.vue'), props: true, meta: { title: 'nav.catalogue' } },
  { path: '/catalogue/:id/edit', name: 'resource-edit', component: () => import('@/pages/catalogue/EditPage.vue'), props: true, meta: { title: 'catalogue.edit', roles: OPERATOR } },
  { path: '/catalogue/:id/mount', name: 'resource-mount', component: () => import('@/pages/catalogue/MountPage.vue'), props: true, meta: { title: 'mount.title', roles: OPERATOR } },
  { path: '/who-holds', name: 'who-holds', component: () => import('@/pages/catalogue/WhoHoldsPage.vue'), meta: { title: 'nav.whoHolds' } },
  { path: '/announcements', name: 'announcements', component: () => import('@/pages/catalogue/AnnouncementsPage.vue'), meta: { title: 'nav.announcements' } },
  { path: '/negative-list', name: 'negative-list', component: () => import('@/pages/catalogue/NegativeListPage.vue'), meta: { title: 'nav.negativeList' } },
  { path: '/classes', name: 'classes', component: () => import('@/pages/catalogue/ClassesPage.vue'), meta: { title: 'nav.classes' } },
  { path: '/ask', name: 'ask', component: () => import('@/pages/ask/AskPage.vue'), meta: { title: 'nav.ask', roles: ASKERS } },
  { path: '/grants', name: 'grants', component: () => import('@/pages/grants/ListPage.vue'), meta: { title: 'nav.grants', roles: GRANT_READERS } },
  { path: '/grants/new', name: 'grant-new', component: () => import('@/pages/grants/CreatePage.vue'), meta: { title: 'grant.new', roles: HEAD } },
  { path: '/grants/:id', name: 'grant', component: () => import('@/pages/grants/DetailPage.vue'), props: true, meta: { title: 'nav.grants', roles: GRANT_READERS } },
  { path: '/evidence', name: 'evidence', component: () => import('@/pages/evidence/ListPage.vue'), meta: { title: 'nav.evidence', roles: EVIDENCE_READERS } },
  { path: '/evidence/:index(\\d+)', name: 'evidence-entry', component: () => import('@/pages/evidence/DetailPage.vue'), props: true, meta: { title: 'nav.evidence', roles: EVIDENCE_READERS } },
  { path: '/agents', name: 'agents', component: () => import('@/pages/agents/ListPage.vue'), meta: { title: 'nav.agents', roles: AGENT_READERS } },
  { path: '/agents/:id', name: 'agent', component: () => import('@/pages/agents/DetailPage.vue'), props: true, meta: { title: 'nav.agents', roles: AGENT_READERS } },
  { path: '/clients', name: 'clients', component: () => import('@/pages/admin/ClientsPage.vue'), meta: { title: 'nav.clients', roles: ['department_developer'] } },
  { path: '/systems', name: 'systems', component: () => import('@/pages/admin/SystemsPage.vue'), meta: { title: 'nav.systems' } },
  { path: '/organisations', name: 'organisations', component: () => import('@/pages/admin/OrganisationsPage.vue'), meta: { title: 'nav.organisations' } },
  { path: '/users', name: 'users', component: () => import('@/pages/admin/UsersPage.vue'), meta: { title: 'nav.users', roles: ['platform_operator'] } },
  { path: '/settings', name: 'settings', component: () => import('@/pages/admin/SettingsPage.vue'), meta: { title: 'nav.settings' } },
  { path: '/standards', name: 'standards', component: () => import('@/pages/standards/StandardsPage.vue'), meta: { title: 'nav.standards' } },
  { path: '/account', alias: ['/account/delegations', '/account/security'], name: 'account', component: () => import('@/pages/account/AccountPage.vue'), meta: { title: 'nav.account' } },
  { path: '/admin/proposals', alias: '/admin/proposals/:id', name: 'proposals', component: () => import('@/pages/admin/ProposalsPage.vue'), meta: { title: 'nav.proposals', roles: ['platform_operator', 'business_operator', 'security_auditor'] } },
  ...WORK_ROUTES,
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('@/pages/NotFoundPage.vue'), meta: { title: 'notFound.title' } },
]

function titleOf(route: RouteLocationNormalized): string {
  return route.meta.title ? `${t(route.meta.title)} · ${t('app.name')}` : t('app.name')
}

/** The router with its guards: log-in first, then the role. */
export function makeRouter() {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
  })
  router.beforeEach(async (to) => {
    const session = useSession()
    if (!session.known) await session.restore()
    if (to.name === 'login') return session.user ? { name: 'home' } : true
    if (!session.user) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    // A first password or a missing second factor closes every other page.
    if (session.due && to.name !== 'account') return { name: 'account', query: { due: '1' } }
    if (to.meta.roles && !session.can(...to.meta.roles)) return { name: 'home', query: { refused: '1' } }
    return true
  })
  router.afterEach((to) => {
    document.title = titleOf(to)
  })
  watch(lang, () => {
    document.title = titleOf(router.currentRoute.value)
  })
  return router
}
