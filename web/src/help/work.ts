// What to do next on the pages of requests, needs, new systems, budget and map.
import type { Role } from '@/api'
import type { MessageKey } from '@/i18n'
import type { Step } from './steps'

const STAFF: Role[] = ['department_operator', 'department_head']

/** Who makes and runs subscriptions. */
const RECEIVERS: Role[] = ['department_operator', 'department_developer', 'department_head']

export const WORK_STEPS: Partial<Record<MessageKey, Step[]>> = {
  'help.requests': [{ text: 'step.requestsOpen' }, { text: 'step.requestsNew', to: '/requests/new', roles: STAFF }, { text: 'step.requestsReceived', roles: STAFF }],
  'help.request': [{ text: 'step.requestAct' }, { text: 'step.requestGaps', roles: STAFF }],
  'help.requestNew': [{ text: 'step.requestNewSubmit' }],
  'help.approvals': [{ text: 'step.approvalsRead' }],
  'help.needs': [{ text: 'step.needsOpen' }, { text: 'step.needsPost', roles: STAFF }, { text: 'step.needsAnswer', roles: STAFF }],
  'help.need': [{ text: 'step.needLink' }],
  'help.subscriptions': [{ text: 'step.subscriptionsOpen' }, { text: 'step.subscriptionsHalted' }, { text: 'step.subscriptionsNew', to: '/subscriptions/new', roles: RECEIVERS }],
  'help.subscriptionNew': [{ text: 'step.subNewGrant', to: '/catalogue' }, { text: 'step.subNewTarget', to: '/agents' }],
  'help.subscription': [{ text: 'step.subRead' }, { text: 'step.subAct', roles: RECEIVERS }],
  'help.handovers': [{ text: 'step.handoversAnswer', roles: STAFF }, { text: 'step.handoversOpen' }, { text: 'step.handoversNew', to: '/handovers/new', roles: STAFF }],
  'help.handoverNew': [{ text: 'step.handoverNewGrant', to: '/catalogue' }, { text: 'step.handoverNewPlace', to: '/agents' }],
  'help.handover': [{ text: 'step.handoverRead' }, { text: 'step.handoverProof' }],
  'help.copies': [{ text: 'step.copiesOpen' }, { text: 'step.copiesNew', to: '/subscriptions/new', roles: RECEIVERS }],
  'help.copy': [{ text: 'step.copyCount', roles: RECEIVERS }, { text: 'step.copyCompare', roles: RECEIVERS }],
  'help.flows': [{ text: 'step.flowsBad' }, { text: 'step.flowsMap' }],
  'help.budget': [{ text: 'step.budgetSilent' }],
  'help.map': [{ text: 'step.mapSilent' }, { text: 'step.mapTable' }],
  'help.plans': [{ text: 'step.plansOpen' }, { text: 'step.plansNew', to: '/plans/new', roles: ['department_operator'] }, { text: 'step.plansReview', roles: ['business_operator'] }],
  'help.plan': [{ text: 'step.planRead' }, { text: 'step.planShare', roles: STAFF }],
  'help.planEdit': [{ text: 'step.planEditPaste' }],
}
