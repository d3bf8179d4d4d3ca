// The guided tours: which pages, which part of each, and the words. Each step finds its page in the real data.
import { calls, evidence, needs, plans, requests, resources, todos, type Role } from '@/api'
import type { MessageKey } from '@/i18n'
import type { RouteLocationRaw } from 'vue-router'

export interface TourStep {
  title: MessageKey
  text: MessageKey
  /** The page; nothing when the data has none, and the step is then left out. */
  page: () => Promise<RouteLocationRaw | null>
  /** What is shown on it; the whole page without. */
  target?: string
}

export interface Tour {
  id: 'chief' | 'clerk'
  roles: Role[]
  title: MessageKey
  minutes: number
  steps: TourStep[]
}

const at = (page: RouteLocationRaw) => () => Promise.resolve(page)
const first = async <Row>(list: Promise<{ items: Row[] }>): Promise<Row | undefined> => (await list).items[0]

/** A request whose clock runs, better one that is late. */
async function running(side?: string) {
  const wanted = { side, state: 'checking,deciding,provider_signing', sort: 'due_ms', page_size: 1 }
  const found = (await first(requests.list({ ...wanted, late: true }))) ?? (await first(requests.list(wanted)))
  return found ? { name: 'request', params: { id: found.id } } : null
}

const chief: Tour = {
  id: 'chief',
  roles: ['business_operator'],
  title: 'tour.chief',
  minutes: 10,
  steps: [
    { title: 'tour.todoTitle', text: 'tour.chiefTodo', page: at({ name: 'home' }), target: '[data-test=todos], [data-test=no-todos]' },
    { title: 'tour.mapTitle', text: 'tour.chiefMap', page: at({ name: 'map' }), target: '.picture' },
    { title: 'tour.monthTitle', text: 'tour.chiefMonth', page: at({ name: 'map' }), target: '.slider' },
    { title: 'tour.silentTitle', text: 'tour.chiefSilent', page: at({ name: 'budget', query: { flag: 'silent' } }), target: 'main table' },
    { title: 'nav.catalogue', text: 'tour.chiefCatalogue', page: at({ name: 'catalogue', query: { q: '户籍' } }), target: 'main table' },
    {
      title: 'tour.resourceTitle', text: 'tour.chiefResource',
      page: async () => {
        const found = (await first(resources.list({ q: '户籍', state: 'published', page_size: 1 }))) ?? (await first(resources.list({ state: 'published', page_size: 1 })))
        return found ? { name: 'resource', params: { id: found.id } } : null
      },
    },
    { title: 'tour.clockTitle', text: 'tour.chiefClock', page: () => running(), target: '[data-test=clock]' },
    { title: 'tour.proofTitle', text: 'tour.chiefProof', page: () => running(), target: '[data-test=timeline]' },
    { title: 'nav.needs', text: 'tour.chiefNeeds', page: async () => ((await first(needs.list({ page_size: 1 }))) ? { name: 'needs' } : null), target: 'main table' },
    {
      title: 'tour.planTitle', text: 'tour.chiefPlan',
      page: async () => {
        const found = (await first(plans.list({ state: 'under_review', page_size: 1 }))) ?? (await first(plans.list({ state: 'decided', page_size: 1 })))
        return found ? { name: 'plan', params: { id: found.id } } : null
      },
      target: '[data-test=report]',
    },
    { title: 'tour.decideTitle', text: 'tour.chiefDecide', page: async () => {
        const found = await first(plans.list({ state: 'under_review', page_size: 1 }))
        return found ? { name: 'plan', params: { id: found.id } } : null
      }, target: '[data-test=decide-form]' },
    { title: 'tour.endTitle', text: 'tour.chiefEnd', page: at({ name: 'home' }) },
  ],
}

const clerk: Tour = {
  id: 'clerk',
  roles: ['department_operator'],
  title: 'tour.clerk',
  minutes: 8,
  steps: [
    { title: 'tour.todoTitle', text: 'tour.clerkTodo', page: at({ name: 'home' }), target: '[data-test=todos], [data-test=no-todos]' },
    {
      title: 'tour.todoOpenTitle', text: 'tour.clerkTodoOpen',
      page: async () => (await first(todos({ page_size: 1 })))?.link ?? null,
    },
    { title: 'catalogue.new', text: 'tour.clerkList', page: at({ name: 'resource-new' }), target: 'main form' },
    { title: 'tour.answerTitle', text: 'tour.clerkAnswer', page: () => running('provider'), target: '.acts, [data-test=no-acts]' },
    { title: 'nav.requests', text: 'tour.clerkRequest', page: at({ name: 'request-new' }), target: '.found, main .card' },
    { title: 'nav.ask', text: 'tour.clerkAsk', page: async () => ((await calls.askable()).length ? { name: 'ask' } : null), target: 'main form' },
    {
      title: 'tour.evidenceTitle', text: 'tour.clerkEvidence',
      page: async () => {
        const found = (await first(evidence.list({ kind: 'exchange.query', page_size: 1 }))) ?? (await first(evidence.list({ page_size: 1 })))
        return found ? { name: 'evidence-entry', params: { index: found.index } } : null
      },
      target: '[data-test=verify]',
    },
    { title: 'tour.endTitle', text: 'tour.clerkEnd', page: at({ name: 'home' }) },
  ],
}

export const TOURS: Tour[] = [chief, clerk]
