// Which steps an entry may take next, and by whom. The server decides; this only keeps buttons away that it would refuse.
import type { Resource, ResourceState } from '@/api'

export type Step = 'edit' | 'mount' | 'submit' | 'sign' | 'return' | 'approve' | 'publish' | 'withdraw' | 'keep' | 'discard' | 'grant'

interface Reader {
  /** The resource is of his own department. */
  mine: boolean
  can: (role: 'department_operator' | 'department_head' | 'business_operator') => boolean
}

/** The state of what runs: a change of a published entry before the entry itself. */
export function running(resource: Resource): ResourceState {
  return resource.revision_state ?? resource.state
}

const EDITABLE: ResourceState[] = ['draft', 'returned', 'offline', 'published']

export function steps(resource: Resource, reader: Reader): Step[] {
  const state = running(resource)
  const clerk = reader.mine && reader.can('department_operator')
  const head = reader.mine && reader.can('department_head')
  const bureau = reader.can('business_operator')
  const inForce = resource.state === 'published' || resource.state === 'going_offline'
  const made: Step[] = []
  if (clerk && EDITABLE.includes(state)) made.push('edit')
  if (clerk) made.push('mount')
  if (clerk && ['draft', 'returned', 'offline'].includes(state)) made.push('submit')
  if (head && state === 'signing') made.push('sign')
  if ((head && state === 'signing') || (bureau && ['under_review', 'awaiting_publication'].includes(state))) made.push('return')
  if (bureau && state === 'under_review') made.push('approve')
  if (bureau && state === 'awaiting_publication') made.push('publish')
  if ((clerk || head) && resource.revision_state && ['draft', 'returned'].includes(resource.revision_state)) made.push('discard')
  if ((head || bureau) && resource.state === 'published') made.push('withdraw')
  if ((head || bureau) && resource.state === 'going_offline') made.push('keep')
  if (head && inForce) made.push('grant')
  return made
}

/** The stations of an entry's way, in order, for the reader to see where it stands. */
export const WAY = ['draft', 'signing', 'under_review', 'awaiting_publication', 'published'] as const satisfies ResourceState[]

/** Where on the way it stands; what was returned is back at the beginning. */
export function placeOnWay(state: ResourceState): number {
  if (state === 'returned' || state === 'offline') return 0
  if (state === 'going_offline') return WAY.indexOf('published')
  return WAY.findIndex((one) => one === state)
}
