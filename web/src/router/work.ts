// Addresses of requests, the board, new systems, the budget view and the map.
import type { RouteRecordRaw } from 'vue-router'
import type { Role } from '@/api'

const STAFF: Role[] = ['department_head', 'department_operator']
/** Who handles cases, and so hands documents over and takes them in. */
export const HANDLERS = STAFF
const PARTIES: Role[] = ['business_operator', 'security_auditor', 'department_head', 'department_operator', 'department_developer']
export const PLAN_READERS: Role[] = ['business_operator', 'security_auditor', 'department_head', 'department_operator']

/** Who makes subscriptions and runs them. */
export const RECEIVERS: Role[] = ['department_operator', 'department_developer', 'department_head']

export const WORK_ROUTES: RouteRecordRaw[] = [
  { path: '/approvals', name: 'approvals', component: () => import('@/pages/requests/ApprovalsPage.vue'), meta: { title: 'nav.approvals', roles: ['department_head'] } },
  { path: '/requests', name: 'requests', component: () => import('@/pages/requests/ListPage.vue'), meta: { title: 'nav.requests', roles: PARTIES } },
  { path: '/requests/new', name: 'request-new', component: () => import('@/pages/requests/EditPage.vue'), meta: { title: 'requests.new', roles: STAFF } },
  { path: '/requests/:id', name: 'request', component: () => import('@/pages/requests/DetailPage.vue'), props: true, meta: { title: 'nav.requests', roles: PARTIES } },
  { path: '/requests/:id/edit', name: 'request-edit', component: () => import('@/pages/requests/EditPage.vue'), props: true, meta: { title: 'nav.requests', roles: STAFF } },
  { path: '/needs', name: 'needs', component: () => import('@/pages/needs/ListPage.vue'), meta: { title: 'nav.needs', roles: PARTIES } },
  { path: '/map', name: 'map', component: () => import('@/pages/map/MapPage.vue'), meta: { title: 'nav.map' } },
  { path: '/budget', name: 'budget', component: () => import('@/pages/budget/BudgetPage.vue'), meta: { title: 'nav.budget', roles: PLAN_READERS } },
  { path: '/budget/:id', name: 'budget-system', component: () => import('@/pages/budget/SystemPage.vue'), props: true, meta: { title: 'nav.budget', roles: PLAN_READERS } },
  { path: '/plans', name: 'plans', component: () => import('@/pages/plans/ListPage.vue'), meta: { title: 'nav.plans', roles: PLAN_READERS } },
  { path: '/plans/new', name: 'plan-new', component: () => import('@/pages/plans/EditPage.vue'), meta: { title: 'plans.new', roles: ['department_operator'] } },
  { path: '/plans/:id', name: 'plan', component: () => import('@/pages/plans/DetailPage.vue'), props: true, meta: { title: 'nav.plans', roles: PLAN_READERS } },
  { path: '/plans/:id/edit', name: 'plan-edit', component: () => import('@/pages/plans/EditPage.vue'), props: true, meta: { title: 'nav.plans', roles: ['department_operator'] } },
  { path: '/subscriptions', name: 'subscriptions', component: () => import('@/pages/subscriptions/ListPage.vue'), meta: { title: 'nav.subscriptions' } },
  { path: '/subscriptions/new', name: 'subscription-new', component: () => import('@/pages/subscriptions/NewPage.vue'), meta: { title: 'sub.new', roles: RECEIVERS } },
  { path: '/subscriptions/:id', name: 'subscription', component: () => import('@/pages/subscriptions/DetailPage.vue'), props: true, meta: { title: 'nav.subscriptions' } },
  { path: '/handovers', name: 'handovers', component: () => import('@/pages/handovers/ListPage.vue'), meta: { title: 'nav.handovers' } },
  { path: '/handovers/new', name: 'handover-new', component: () => import('@/pages/handovers/NewPage.vue'), meta: { title: 'handover.new', roles: HANDLERS } },
  { path: '/handovers/:id', name: 'handover', component: () => import('@/pages/handovers/DetailPage.vue'), props: true, meta: { title: 'nav.handovers' } },
  { path: '/copies', name: 'copies', component: () => import('@/pages/copies/ListPage.vue'), meta: { title: 'nav.copies' } },
  { path: '/copies/:id', name: 'copy', component: () => import('@/pages/copies/DetailPage.vue'), props: true, meta: { title: 'nav.copies' } },
  { path: '/flows', name: 'flows', component: () => import('@/pages/flows/FlowsPage.vue'), meta: { title: 'nav.flows' } },
  { path: '/needs/:id', name: 'need', component: () => import('@/pages/needs/DetailPage.vue'), props: true, meta: { title: 'nav.needs', roles: PARTIES } },
]
