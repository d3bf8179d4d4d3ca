// What to do next on each page, by role. A step without roles is for everybody who can open the page.
import type { Role } from '@/api'
import type { MessageKey } from '@/i18n'
import { WORK_STEPS } from './work'

export interface Step {
  text: MessageKey
  to?: string
  roles?: Role[]
}

const HEAD: Role[] = ['department_head']
const CLERK: Role[] = ['department_operator']
const DEVELOPER: Role[] = ['department_developer']
const BUREAU: Role[] = ['business_operator']
const PLATFORM: Role[] = ['platform_operator']
const AUDIT: Role[] = ['security_auditor']

export const STEPS: Partial<Record<MessageKey, Step[]>> = {
  ...WORK_STEPS,
  'help.home': [{ text: 'step.homeFirst' }, { text: 'step.homeInbox', to: '/inbox' }],
  'help.inbox': [{ text: 'step.inboxOpen' }, { text: 'step.inboxRead' }],
  'help.account': [{ text: 'step.accountTotp' }, { text: 'step.accountSessions' }, { text: 'step.accountAway' }],
  'help.notFound': [{ text: 'step.notFound', to: '/' }],
  'help.catalogue': [
    { text: 'step.catalogueSearch' },
    { text: 'step.catalogueNew', to: '/catalogue/new', roles: CLERK },
    { text: 'step.catalogueImport', to: '/catalogue/import', roles: CLERK },
    { text: 'step.catalogueSign', to: '/catalogue?state=signing', roles: HEAD },
    { text: 'step.catalogueReview', to: '/catalogue?state=under_review', roles: BUREAU },
  ],
  'help.resource': [
    { text: 'step.resourceEdit', roles: CLERK },
    { text: 'step.resourceSign', roles: HEAD },
    { text: 'step.resourceReview', roles: BUREAU },
    { text: 'step.resourceCall', roles: DEVELOPER },
    { text: 'step.resourceRead' },
  ],
  'help.resourceEdit': [{ text: 'step.editFill' }, { text: 'step.editLaw' }, { text: 'step.editNext' }],
  'help.mount': [{ text: 'step.mountChoose' }, { text: 'step.mountCheck' }, { text: 'step.mountSubmit' }],
  'help.fromTable': [{ text: 'step.mountChoose' }, { text: 'step.fromTableCheck' }, { text: 'step.fromTableNext' }],
  'help.whoHolds': [{ text: 'step.whoHoldsChoose' }, { text: 'step.whoHoldsOpen' }],
  'help.announcements': [{ text: 'step.announcementsOpen' }],
  'help.import': [{ text: 'step.importTemplate' }, { text: 'step.importCheck' }, { text: 'step.importTake' }],
  'help.classes': [{ text: 'step.classesBrowse' }, { text: 'step.classesCode' }],
  'help.negative': [{ text: 'step.negativeRead' }, { text: 'step.negativeChange', roles: BUREAU }],
  'help.ask': [{ text: 'step.askFill' }, { text: 'step.askRead' }],
  'help.grants': [{ text: 'step.grantsOpen' }, { text: 'step.grantsNew', to: '/grants/new', roles: HEAD }],
  'help.grant': [{ text: 'step.grantAct', roles: HEAD }, { text: 'step.grantRead' }],
  'help.grantNew': [{ text: 'step.grantNewLeast' }, { text: 'step.grantNewPin' }],
  'help.evidence': [{ text: 'step.evidenceOpen' }, { text: 'step.evidenceKeep', roles: AUDIT }],
  'help.evidenceEntry': [{ text: 'step.evidenceVerify' }],
  'help.agents': [{ text: 'step.agentsDown' }, { text: 'step.agentsNew', roles: PLATFORM }],
  'help.agent': [{ text: 'step.agentDown' }],
  'help.clients': [{ text: 'step.clientsNew' }, { text: 'step.clientsRotate' }],
  'help.systems': [{ text: 'step.systemsNew', roles: CLERK }, { text: 'step.systemsState' }],
  'help.organisations': [{ text: 'step.organisationsTree' }, { text: 'step.organisationsNew', roles: PLATFORM }],
  'help.users': [{ text: 'step.usersNew' }, { text: 'step.usersAccess' }, { text: 'step.usersParted' }],
  'help.proposals': [{ text: 'step.proposalsDecide' }, { text: 'step.proposalsPassword' }],
  'help.settings': [{ text: 'step.settingsChange' }, { text: 'step.settingsLaw' }],
  'help.standards': [{ text: 'step.standardsSearch' }, { text: 'step.standardsWho', to: '/who-holds' }],
}
