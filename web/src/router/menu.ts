// The menu: pages by the kind of work, in the order in which people need them. A group with nothing to show is left out.
import type { MessageKey } from '@/i18n'

export interface MenuEntry {
  /** Name of the route, and of its picture. */
  name: string
  text: MessageKey
  /** Addresses that belong to the entry. */
  under: string
}

export interface MenuGroup {
  text: MessageKey
  entries: MenuEntry[]
}

export const MENU: MenuGroup[] = [
  {
    text: 'group.desk',
    entries: [
      { name: 'home', text: 'nav.home', under: '' },
      { name: 'approvals', text: 'nav.approvals', under: '/approvals' },
      { name: 'inbox', text: 'nav.inbox', under: '/inbox' },
    ],
  },
  {
    text: 'group.catalogue',
    entries: [
      { name: 'catalogue', text: 'nav.catalogue', under: '/catalogue' },
      { name: 'who-holds', text: 'nav.whoHolds', under: '/who-holds' },
      { name: 'announcements', text: 'nav.announcements', under: '/announcements' },
      { name: 'classes', text: 'nav.classes', under: '/classes' },
      { name: 'standards', text: 'nav.standards', under: '/standards' },
    ],
  },
  {
    text: 'group.sharing',
    entries: [
      { name: 'requests', text: 'nav.requests', under: '/requests' },
      { name: 'needs', text: 'nav.needs', under: '/needs' },
      { name: 'ask', text: 'nav.ask', under: '/ask' },
      { name: 'grants', text: 'nav.grants', under: '/grants' },
      { name: 'subscriptions', text: 'nav.subscriptions', under: '/subscriptions' },
      { name: 'handovers', text: 'nav.handovers', under: '/handovers' },
      { name: 'copies', text: 'nav.copies', under: '/copies' },
      { name: 'clients', text: 'nav.clients', under: '/clients' },
    ],
  },
  {
    text: 'group.oversight',
    entries: [
      { name: 'map', text: 'nav.map', under: '/map' },
      { name: 'flows', text: 'nav.flows', under: '/flows' },
      { name: 'plans', text: 'nav.plans', under: '/plans' },
      { name: 'budget', text: 'nav.budget', under: '/budget' },
      { name: 'systems', text: 'nav.systems', under: '/systems' },
      { name: 'negative-list', text: 'nav.negativeList', under: '/negative-list' },
      { name: 'evidence', text: 'nav.evidence', under: '/evidence' },
    ],
  },
  {
    text: 'group.administration',
    entries: [
      { name: 'agents', text: 'nav.agents', under: '/agents' },
      { name: 'organisations', text: 'nav.organisations', under: '/organisations' },
      { name: 'users', text: 'nav.users', under: '/users' },
      { name: 'proposals', text: 'nav.proposals', under: '/admin/proposals' },
      { name: 'settings', text: 'nav.settings', under: '/settings' },
    ],
  },
]
